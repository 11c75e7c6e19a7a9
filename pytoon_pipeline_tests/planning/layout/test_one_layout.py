"""One layout for all items of a video."""

import pytest

from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline.contracts.spec.layers import ImageLayer
from pytoon_pipeline.planning.analysed_media import AnalysedMedia
from pytoon_pipeline_tests.harness.plans import planned, still


def picture(subject_width: float) -> AnalysedMedia:
    """A landscape picture, of which the frame shows 42 % of the width."""
    box = Box(x=0.5 - subject_width / 2, y=0.3, width=subject_width, height=0.4)
    return still(1600, 1200, matter=box, item=f"{subject_width:.2f}".ljust(64, "0"))


@pytest.mark.parametrize(("widths", "fills"), [
    ((0.2, 0.3, 0.25), {True}),
    ((0.2, 0.3, 0.6), {True}),
    ((0.2, 0.95, 0.95), {False}),
    ((0.2, 0.3, 0.25, 0.95), {True, False}),
])  # fmt: skip
def test_pictures_fill_the_frame_or_none_does(widths: tuple[float, ...], fills: set[bool]) -> None:
    spec = planned([picture(width) for width in widths], archetype="hero")
    layers = [layer for scene in spec.scenes for layer in scene.layers if isinstance(layer, ImageLayer)]
    shown = [layer.height == 1920 for layer in layers if layer.name == "picture"]
    assert set(shown) == fills
    assert len(shown) == len(widths)


def test_the_fit_of_a_request_stays() -> None:
    wishes = [{"file": "item-0", "fit": "cover"}, "item-1", "item-2"]
    spec = planned([picture(0.95), picture(0.96), picture(0.97)], media_wishes=wishes, archetype="hero")
    assert [layer.name for layer in spec.scenes[0].layers if layer.name != "scrim"] == ["picture"]
