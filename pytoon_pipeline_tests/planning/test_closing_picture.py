"""The pictures of a video on its end card."""

import pytest

from pytoon_pipeline.config.presets import load_brand
from pytoon_pipeline.contracts.analysis import Face
from pytoon_pipeline.contracts.geometry import Box, Rect
from pytoon_pipeline.contracts.output_format import CANVASES
from pytoon_pipeline.contracts.preset import Edge
from pytoon_pipeline.planning.analysed_media import AnalysedMedia
from pytoon_pipeline.planning.card_colours import CardColours
from pytoon_pipeline.planning.closing_picture import ClosingLook, closing_picture
from pytoon_pipeline_tests.harness.plans import still

CANVAS = CANVASES["9:16"]
BELOW = Rect(0, 900, 1080, 1920)
COLOURS = CardColours(load_brand("acme"), 4.5)
TWO = tuple(Face(time=0, box=Box(x, 0.3, 0.12, 0.2), score=1) for x in (0.1, 0.75))


@pytest.mark.parametrize(
    ("picture", "edge", "shape"),
    [
        (still(1200, 900), "curve", "arch"),
        (still(1200, 900), "slant", "slant"),
        (still(1200, 900, faces=TWO[:1]), "arch", "arch"),
        (still(1200, 900, faces=TWO), "arch", "slant"),
    ],
)
def test_an_arch_cuts_no_heads(picture: AnalysedMedia, edge: Edge, shape: str) -> None:
    shown = closing_picture([picture], BELOW, CANVAS, 60, ClosingLook(edge), COLOURS)
    assert {layer.name for layer in shown.layers} == {"picture", shape}


def test_cut_outs_stand_on_a_floor_and_others_do_not() -> None:
    look = ClosingLook(floor="#FFE14D")
    floor = closing_picture([still(800, 800, transparent=True)] * 2, BELOW, CANVAS, 60, look, COLOURS).floor
    assert floor is not None
    assert 900 < floor < CANVAS.height
    assert closing_picture([still(800, 800)], BELOW, CANVAS, 60, look, COLOURS).floor is None
