"""Pictures that fill the frame where their texts have a calm place, and stand below them elsewhere."""

import pytest

from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline.contracts.spec.layers import ImageLayer
from pytoon_pipeline_tests.harness.plans import planned, still, tones

DARK, MIXED = tones(0.0, 0.05), tones(0.0, 1.0)
LARGE, LOW = Box(x=0.3, y=0.1, width=0.4, height=0.8), Box(x=0.4, y=0.75, width=0.2, height=0.2)


@pytest.mark.parametrize(("grey", "subject", "fills"), [(DARK, LOW, True), (DARK, LARGE, False), (MIXED, LOW, False)])
def test_a_picture_that_its_text_would_spoil_stands_below_it(grey: object, subject: Box, fills: bool) -> None:
    pictures = [still(1600, 1200, matter=subject, grey=grey, item=f"{n:064x}") for n in range(2)]
    for media in (pictures[:1], pictures):
        spec = planned(media, text="A few words", preset="clean-product", archetype="hero")
        shown = [layer for scene in spec.scenes[: len(media)] for layer in scene.layers if layer.name == "picture"]
        assert {layer.height == 1920 for layer in shown} == {fills}
    covered = planned(pictures[:1], text="A few words", preset="clean-product", fit="cover")
    assert isinstance(covered.scenes[0].layers[0], ImageLayer), "as requested"
    assert planned(pictures[:1], preset="clean-product").scenes[0].layers[0].height == 1920, "without a text"
