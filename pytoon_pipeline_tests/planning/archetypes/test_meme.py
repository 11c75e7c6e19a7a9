"""The meme archetype: bars of text above and below a picture or clip."""

import pytest

from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline.contracts.spec.evaluate import crop_at
from pytoon_pipeline.contracts.spec.layers import ImageLayer
from pytoon_pipeline_tests.harness.layout import apart, area_of
from pytoon_pipeline_tests.harness.plans import footage, planned, still


def test_bars_of_a_meme_cover_nothing_of_a_picture_that_may_not_be_cut() -> None:
    text = {"hook": "Above", "cta": "Below, and rather longer than that"}
    for material in (still(1600, 900), still(900, 1600), footage(4)):
        layers = planned([material], archetype="meme", text=text, fit="contain").scenes[0].layers
        picture = next(layer for layer in layers if layer.name == "picture")
        for layer in layers:
            if layer.name != "picture":
                assert apart(area_of(picture), area_of(layer)), layer.name  # type: ignore[arg-type]
        size = material.size
        assert picture.width / picture.height == pytest.approx(size[0] / size[1], rel=4e-3)


@pytest.mark.parametrize("preset", ["classic-meme", "paper-meme"])
def test_the_lines_of_a_meme_have_one_size_and_the_punchline_comes_later(preset: str) -> None:
    text = {"hook": "Me", "cta": "what my friends think that I do all day"}
    spec = planned([still(1200, 1200)], archetype="meme", text=text, preset=preset)
    hook, punchline = (layer for _, _, layer in spec.texts())
    assert hook.style.size == punchline.style.size
    assert hook.start == 0 < punchline.start < spec.frames / 2
    picture = spec.scenes[0].layers[0]
    assert (picture.width, area_of(picture).bottom) == (1080, 1920), "no bar below the picture"  # type: ignore[arg-type]


@pytest.mark.parametrize(("hook", "beats", "cta", "lines"), [
    ("a", ["b", "c"], "d", ["A", "B C D"]),
    ("", ["", "b"], "d", ["B", "D"]),
    ("", [], "d", ["D"]),
    ("", ["", ""], "", []),
])  # fmt: skip
def test_a_meme_leaves_no_text_out(hook: str, beats: list[str], cta: str, lines: list[str]) -> None:
    spec = planned([still(800, 800)], archetype="meme", text={"hook": hook, "beats": beats, "cta": cta})
    assert [" ".join(layer.lines) for _, _, layer in spec.texts()] == lines


@pytest.mark.parametrize(("width", "height", "fills"), [(900, 1600, True), (1600, 1000, False)])
def test_a_picture_fills_the_frame_only_where_most_of_it_is_then_in_view(width: int, height: int, fills: bool) -> None:
    small = Box(x=0.45, y=0.45, width=0.1, height=0.1)
    text = {"hook": "When someone says", "cta": "the render is done"}
    spec = planned([still(width, height, matter=small)], archetype="meme", text=text, preset="classic-meme")
    assert (spec.scenes[0].layers[0].height == 1920) == fills


def test_the_punchline_comes_with_a_punch_in() -> None:
    text = {"hook": "When someone says", "cta": "the render is done"}
    for material, preset in ((still(900, 1600), "classic-meme"), (still(1200, 1200), "paper-meme")):
        spec = planned([material], archetype="meme", text=text, preset=preset)
        picture, (_, punchline) = spec.scenes[0].layers[0], [layer for _, _, layer in spec.texts()]
        assert isinstance(picture, ImageLayer)
        before, after = (crop_at(picture.crop_path, punchline.start + n, 0) for n in (-1, 0))
        assert after.width < 0.95 * before.width


def test_the_punchline_stands_over_the_picture_only_where_it_hides_little_of_the_subject() -> None:
    text = {"hook": "When someone says", "cta": "the render is done"}
    for y, over in ((0.7, True), (0.4, False)):
        matter = Box(x=0.35, y=y, width=0.3, height=0.2)
        spec = planned([still(1600, 1200, matter=matter)], archetype="meme", text=text, preset="classic-meme")
        bar = next(layer for layer in spec.scenes[0].layers if layer.name == "bar")
        punchline = next(layer for layer in spec.scenes[0].layers if layer.name == "cta")
        assert apart(area_of(bar), area_of(punchline)) == over  # type: ignore[arg-type]


@pytest.mark.parametrize("preset", ["classic-meme", "paper-meme"])
@pytest.mark.parametrize("fit", [None, "contain"])
def test_a_meme_without_text_shows_its_picture_alone(preset: str, fit: str | None) -> None:
    for material in (still(1200, 1200), still(1600, 900), still(900, 1600)):
        spec = planned([material], archetype="meme", preset=preset, **({"fit": fit} if fit else {}))
        assert not spec.texts()
