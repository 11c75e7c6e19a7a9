"""Notes of resolved requests."""

from contextlib import nullcontext

import pytest

from pytoon_pipeline.config.presets import load_limits, load_preset
from pytoon_pipeline.contracts.attempt import Attempt
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.media import SourceItem, SourceMedia
from pytoon_pipeline.operations.resolve import resolve
from pytoon_pipeline_tests.harness.plans import plan_inputs, still


@pytest.mark.parametrize(
    ("platform", "aspect", "noted"),
    [("reels_ad", "16:9", True), ("shorts", "16:9", True), ("youtube", "16:9", False), ("reels", "9:16", False),
     ("any", "16:9", False), ("tiktok", "16:9", False)],
)  # fmt: skip
def test_a_version_that_the_chosen_platform_does_not_accept_has_a_note(platform: str, aspect: str, noted: bool) -> None:
    resolved, _ = plan_inputs([still()], text="Hello", platform=platform, outputs=[aspect])
    messages = [note.message for note in resolved.notes if note.code == "platform_aspect"]
    assert [resolved.platform.title in one and aspect in one for one in messages] == [True] * noted


def test_a_codec_that_the_chosen_platform_does_not_accept_has_a_note() -> None:
    for platform, codec, noted in (("reels", "av1", True), ("reels", "hevc", False), ("any", "av1", False)):
        resolved, _ = plan_inputs([still()], text="Hello", platform=platform, codec=codec)
        assert ("platform_codec" in [note.code for note in resolved.notes]) == noted


@pytest.mark.parametrize(
    ("platform", "aspect", "resolution", "noted"),
    [("reels", "9:16", "4k", True), ("reels", "9:16", "1080p", False), ("stories", "9:16", "720p", False),
     ("youtube", "16:9", "4k", False), ("x", "16:9", "1440p", True), ("any", "16:9", "4k", False)],
)  # fmt: skip
def test_a_size_that_the_chosen_platform_does_not_accept_has_a_note(
    platform: str, aspect: str, resolution: str, noted: bool
) -> None:
    resolved, _ = plan_inputs([still()], text="Hello", platform=platform, outputs=[aspect], resolution=resolution)
    assert ("platform_size" in [note.code for note in resolved.notes]) == noted


def test_the_style_of_an_item_has_the_look_of_the_brand() -> None:
    wishes = [{"file": "item-0"}, {"file": "item-1", "style": "night-neon"}]
    resolved, _ = plan_inputs([still(), still()], media_wishes=wishes, brand="acme")
    style, own = resolved.styles["night-neon"], load_preset("night-neon")
    assert style.headline.accent == resolved.preset.headline.accent != own.headline.accent
    assert style.headline.animation_in == own.headline.animation_in


def test_an_unknown_style_names_its_item() -> None:
    with pytest.raises(InvalidInput, match="no preset “neon”") as raised:
        plan_inputs([still()], media_wishes=[{"file": "item-0", "style": "neon"}])
    assert raised.value.fields == ("media.item-0.style",)
    assert "night-neon" in raised.value.hint


@pytest.mark.parametrize(
    ("change", "refused"),
    [({}, True), ({"licence": "CC BY 4.0"}, False), ({"brand_safe": False}, False), ({"brand": None}, False)],
)
def test_music_without_a_licence_is_refused_in_a_brand_safe_video(change: dict, refused: bool) -> None:
    request = {"text": "Hello", "brand": "acme", "music": "bed.mp3", **change}
    music = SourceItem(name="bed.mp3", sha256="1" * 64, bytes=1, origin="uploaded", role="music")
    upload = SourceMedia(key="0" * 32, title="hello", items=(music,), request=request)
    with pytest.raises(InvalidInput, match="bed") if refused else nullcontext() as raised:
        resolve(upload, {}, (), load_limits())
    assert raised is None or (raised.value.code, raised.value.fields) == ("music_licence", ("music",))


def test_the_note_stays_when_a_remedy_plans_for_all_platforms() -> None:
    request = {"text": "Hello", "platform": "reels_ad", "outputs": ["16:9"]}
    upload = SourceMedia(key="0" * 32, title="hello", items=(), request=request)
    failed = Attempt(number=1, plan="p", verdict="fail", score=50, codes=("text_unsafe",))
    resolved = resolve(upload, {}, [failed], load_limits())
    assert resolved.platform.name == "any"
    assert "platform_aspect" in [note.code for note in resolved.notes]
