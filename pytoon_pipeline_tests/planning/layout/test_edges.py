"""Edges between a ground with text and the picture below it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytoon_pipeline.contracts.output_format import CANVASES
from pytoon_pipeline.contracts.preset import Edge
from pytoon_pipeline.contracts.spec.effects import Rounded
from pytoon_pipeline.planning.layout.edges import picture_edge

CANVAS = CANVASES["9:16"]
KINDS: tuple[Edge, ...] = ("arch", "slant", "curve")


@given(kind=st.sampled_from(KINDS), seam=st.integers(300, 1300))
def test_the_picture_reaches_down_to_the_lower_edge_in_whole_pixels(kind: Edge, seam: int) -> None:
    edge = picture_edge(kind, replace(CANVAS.area, top=seam), ("#FFFFFF", "#EEEEEE"), "#FF0000", CANVAS)
    assert edge.place.bottom == CANVAS.height
    assert edge.place.left + edge.place.right == CANVAS.width
    assert 0 <= edge.place.top <= seam + 30
    assert {colour for layer in (*edge.behind, *edge.before) for colour in layer.fill.colours} >= {"#FF0000"}  # type: ignore[union-attr]


def test_an_arch_is_round_above_and_a_line_goes_around_it() -> None:
    edge = picture_edge("arch", replace(CANVAS.area, top=700), ("#FFFFFF",), "#FF0000", CANVAS)
    (corners,) = edge.effects
    assert isinstance(corners, Rounded)
    assert (corners.corners, corners.radius) == ("upper", edge.place.width / 2)
    line, gap = edge.behind
    assert line.width > gap.width > edge.place.width
    assert edge.before == ()


@pytest.mark.parametrize("kind", ["slant", "curve"])
def test_the_ground_covers_the_upper_edge_of_the_picture(kind: Edge) -> None:
    edge = picture_edge(kind, replace(CANVAS.area, top=700), ("#FFFFFF", "#EEEEEE"), "#FF0000", CANVAS)
    rim, ground = edge.before
    lowest = [layer.transform.y[0].value + layer.height / 2 for layer in (rim, ground)]
    assert lowest[0] > lowest[1] >= edge.place.top, "a strip of the accent colour is seen along it"
    assert ground.width > CANVAS.width


@given(kind=st.sampled_from(KINDS), seam=st.integers(350, 650).map(lambda half: 2 * half))
def test_beside_texts_the_picture_reaches_the_lower_edge_and_leaves_them_their_column(kind: Edge, seam: int) -> None:
    wide = CANVASES["16:9"]
    edge = picture_edge(kind, replace(wide.area, left=seam), ("#FFFFFF", "#EEEEEE"), "#FF0000", wide)
    assert edge.place.bottom == wide.height
    assert edge.place.left % 2 == 0
    assert edge.place.left > 0
    assert edge.place.right <= wide.width
    for layer in edge.before:
        # What ends the ground covers the column of the texts.
        assert layer.transform.x[0].value + layer.width / 2 >= seam
