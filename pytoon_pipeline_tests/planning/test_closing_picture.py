"""The pictures of a video on its end card."""

import pytest

from pytoon_pipeline.config.presets import load_brand
from pytoon_pipeline.contracts.analysis import Face
from pytoon_pipeline.contracts.geometry import Box, Rect
from pytoon_pipeline.contracts.output_format import CANVASES
from pytoon_pipeline.contracts.preset import CameraSettings, Edge
from pytoon_pipeline.contracts.spec.evaluate import crop_at
from pytoon_pipeline.contracts.spec.layers import VideoLayer
from pytoon_pipeline.planning.analysed_media import AnalysedMedia
from pytoon_pipeline.planning.card_colours import CardColours
from pytoon_pipeline.planning.closing_picture import ClosingClip, ClosingLook, closing_picture
from pytoon_pipeline_tests.harness.plans import RATE, face, footage, still

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


def test_a_clip_follows_its_person_and_shows_no_more_beside_it_than_the_whole_frame_does() -> None:
    times = [0.2 * n for n in range(50)]
    clip = footage(10.0, faces=[face(time, 0.3 + 0.04 * time, size=0.08) for time in times], cuts=(4.0,))
    look = ClosingLook("slant", clip=ClosingClip(RATE.nearest(7.5), RATE, CameraSettings()))
    layers = closing_picture([clip], BELOW, CANVAS, 60, look, COLOURS).layers
    (shown,) = (layer for layer in layers if isinstance(layer, VideoLayer))
    assert shown.source_start == RATE.nearest(7.5)
    for frame in (0, 30, 59):
        window = crop_at(shown.crop_path, frame, frame)
        place = 0.3 + 0.04 * (7.5 + frame / 30)
        assert window.x + 0.04 < place < window.x + window.width - 0.04
        assert window.width <= CANVAS.aspect / (1280 / 720) + 1e-3


def test_a_clip_of_two_people_rests_so_that_it_shows_both() -> None:
    faces = [face(0.2 * n, x, size=0.08) for n in range(50) for x in (0.4, 0.6)]
    look = ClosingLook("slant", clip=ClosingClip(0, RATE, CameraSettings()))
    layers = closing_picture([footage(10.0, faces=faces)], BELOW, CANVAS, 60, look, COLOURS).layers
    (shown,) = (layer for layer in layers if isinstance(layer, VideoLayer))
    window = crop_at(shown.crop_path, 59, 59)
    assert window.x < 0.36
    assert window.x + window.width > 0.64
