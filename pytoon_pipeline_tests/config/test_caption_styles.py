"""Named caption styles: chosen by a preset or a request, and changed by its own settings."""

from pathlib import Path

import pytest

from pytoon_pipeline.config.caption_styles import caption_style_names, describe_caption_style
from pytoon_pipeline.config.presets import load_preset
from pytoon_pipeline.contracts.captions import CaptionStyle
from pytoon_pipeline.contracts.errors import InvalidInput


def style(**captions: object) -> CaptionStyle:
    return load_preset("clean-talk", {"captions": captions}).captions


def test_there_are_sixteen_styles_that_differ() -> None:
    names = caption_style_names()
    assert len(names) >= 16
    assert all(describe_caption_style(name).endswith(".") for name in names)
    looks = {style(style=name).model_copy(update={"style": ""}).model_dump_json() for name in names}
    assert len(looks) == len(names)


def test_a_request_changes_single_settings_of_a_style() -> None:
    assert style().style == "pop"
    karaoke = style(style="karaoke", size=99)
    assert (karaoke.size, karaoke.motion.reveal) == (99, "sweep")
    assert style(active={"scale": 1.5}).active.colour == "highlight"
    assert style(highlight="gold").highlight == "#FFD700"


def test_another_style_replaces_the_look_of_the_preset_but_shows_no_hidden_captions(own_presets: Path) -> None:
    (own_presets / "quiet.yaml").write_text("description: Quiet.\ncaptions: {style: boxed, show: false, size: 60}\n")
    assert load_preset("quiet").captions.size == 60
    chosen = load_preset("quiet", {"captions": {"style": "minimal"}}).captions
    assert (chosen.style, chosen.show, chosen.active.box) == ("minimal", False, None)
    assert chosen.size == style(style="minimal").size


def test_people_add_styles_of_their_own(own_presets: Path) -> None:
    (own_presets / "captions" / "mine.yaml").write_text("description: Mine.\nsize: 77\nshadow: {blur: 3}\n")
    assert "mine" in caption_style_names()
    assert style(style="mine").size == 77


def test_an_unknown_style_and_a_wrong_value_are_refused(own_presets: Path) -> None:
    with pytest.raises(InvalidInput, match="unknown_caption_style") as unknown:
        style(style="karoke")
    assert "karaoke" in unknown.value.hint
    (own_presets / "captions" / "mine.yaml").write_text("size: huge\n")
    with pytest.raises(InvalidInput, match="mine"):
        style(style="mine")
