"""The meme archetype: bars of text above and below a picture or clip."""

import pytest

from pytoon_pipeline_tests.harness.layout import apart, area_of
from pytoon_pipeline_tests.harness.plans import footage, planned, still


@pytest.mark.parametrize("material", [still(1600, 900), still(900, 1600), footage(4)])
@pytest.mark.parametrize("text", ["One line", {"hook": "Above", "cta": "Below, and rather longer than that"}])
def test_bars_of_a_meme_cover_nothing(material: object, text: object) -> None:
    spec = planned([material], archetype="meme", text=text)  # type: ignore[list-item]
    layers = spec.scenes[0].layers
    picture = next(layer for layer in layers if layer.name == "picture")
    place = area_of(picture)  # type: ignore[arg-type]
    for layer in layers:
        if layer.name != "picture":
            assert apart(place, area_of(layer)), layer.name  # type: ignore[arg-type]
    size = material.size  # type: ignore[attr-defined]
    assert picture.width / picture.height == pytest.approx(size[0] / size[1], rel=4e-3)


@pytest.mark.parametrize(("hook", "beats", "cta", "lines"), [
    ("a", ["b", "c"], "d", ["A", "B C D"]),
    ("", ["", "b"], "d", ["B", "D"]),
    ("", [], "d", ["D"]),
    ("", ["", ""], "", []),
])  # fmt: skip
def test_a_meme_leaves_no_text_out(hook: str, beats: list[str], cta: str, lines: list[str]) -> None:
    spec = planned([still(800, 800)], archetype="meme", text={"hook": hook, "beats": beats, "cta": cta})
    assert [" ".join(layer.lines) for _, _, layer in spec.texts()] == lines
