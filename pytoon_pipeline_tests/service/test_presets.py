"""What presets there are, with their pictures and settings."""

import re
from pathlib import Path

import pytest
from PIL import Image

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.service.presets import describe_preset, list_presets, options_of, write_page

ROOT = Path(__file__).parents[2]


def test_every_preset_has_a_small_picture_that_the_page_and_the_docs_show(home: Home) -> None:
    listed = write_page(home)
    assert listed.page is not None
    page, docs = Path(listed.page).read_text(), (ROOT / "docs" / "presets.md").read_text()
    assert page.count("data:image/webp;base64,") == len(listed.presets)
    for preset in listed.presets:
        assert preset.description
        assert preset.suits
        assert preset.picture is not None
        with Image.open(preset.picture) as picture:
            assert picture.size == (270, 480)
        assert Path(preset.picture).stat().st_size <= 25_000
        assert f"<h2>{preset.name}</h2>" in page
        assert f"../presets/pictures/{preset.name}.webp" in docs
    for link in re.findall(r'src="([^"]+)"', docs):
        assert (ROOT / "docs" / link).is_file()


def test_the_page_has_the_options_that_make_the_video_of_the_picture(home: Home) -> None:
    options = {preset.name: options_of(preset) for preset in list_presets().presets}
    assert options["clean-talk"] == "--preset clean-talk"
    assert options["classic-meme"] == "--preset classic-meme --set archetype=meme"
    page = Path(write_page(home).page or "").read_text()
    assert all(f"<code>{text}</code>" in page for text in options.values())


def test_ones_own_preset_needs_no_picture(own_presets: Path, home: Home) -> None:
    (own_presets / "my-look.yaml").write_text("description: Mine <b>bold</b>.\nsuits: [hero]\nheadline: {size: 99}\n")
    mine = next(one for one in list_presets().presets if one.name == "my-look")
    assert mine.picture is None
    listed = write_page(home)
    assert listed.page is not None
    page = Path(listed.page).read_text()
    assert "no picture" in page
    assert "Mine &lt;b&gt;bold&lt;/b&gt;." in page
    own = [one for one in describe_preset("my-look").settings if one.preset]
    assert [(one.name, one.value) for one in own] == [("headline.size", 99)]
    assert own[0].meaning == "height of a line, in pixels"


def test_an_unknown_preset_is_an_error() -> None:
    with pytest.raises(InvalidInput, match="unknown_preset"):
        describe_preset("nope")
