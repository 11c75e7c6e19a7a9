"""The frame of the thumbnail."""

import numpy as np
import pytest
from numpy.typing import NDArray

from pytoon_pipeline.contracts.analysis import Face
from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline.contracts.spec.layers import CropKeyframe, CropPath, TextLayer
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec, Scene, Transition
from pytoon_pipeline.contracts.style import TextStyle
from pytoon_pipeline.rendering.thumbnail_choice import choose_frame, in_transition, settled_frame
from pytoon_pipeline_tests.harness.drawing import at, spec_of
from pytoon_pipeline_tests.harness.plans import ITEM, whole_frame

Image = NDArray[np.uint8]
WHOLE = CropPath(width=1, height=1, keyframes=(CropKeyframe(frame=0, x=0.5, y=0.5, focus_x=0.5, focus_y=0.5),))
DULL = np.full((90, 160, 3), 99, np.uint8)
SHARP = np.random.default_rng(0).integers(0, 255, DULL.shape, np.uint8)
BOX = Box(x=0.3, y=0.2, width=0.4, height=0.6)


def clip(*texts: TextLayer) -> RenderSpec:
    """A clip over the whole frame for 4 s."""
    layer = whole_frame(ITEM, 0, WHOLE)
    return spec_of([Scene(start=0, frames=120, layers=(layer,))], texts)


def text(start: int, frames: int, role: str = "hook") -> TextLayer:
    return TextLayer.model_validate({
        "lines": ("Hi",), "style": TextStyle(), "width": 400, "height": 200, "start": start, "frames": frames,
        "transform": at(), "role": role})  # fmt: skip


def seen(time: float, box: Box = BOX) -> Face:
    eyes = ((box.x + 0.3 * box.width, 0.4), (box.x + 0.7 * box.width, 0.4))
    return Face(time=time, box=box, score=0.9, landmarks=eyes)


def with_eyes(sharp: bool) -> Image:
    """A face with detail all over, but for its eyes when they are closed."""
    image = SHARP.copy()
    if not sharp:
        image[28:46, 55:105] = 99
    return image


def test_of_footage_the_sharpest_frame_counts_and_before_it_one_with_a_face() -> None:
    samples = [(0.4, DULL), (1.0, SHARP), (1.6, DULL), (9.0, SHARP)]
    assert choose_frame(clip(), ITEM, samples, ()) == 30
    assert choose_frame(clip(), ITEM, samples, [seen(1.6)]) == 48
    assert choose_frame(clip(), ITEM, [(9.0, SHARP)], ()) == 0


def test_eyes_are_open_and_the_face_is_large() -> None:
    small = Box(x=0.4, y=0.35, width=0.2, height=0.3)
    closed = [(0.4, with_eyes(False)), (1.0, with_eyes(True))]
    assert choose_frame(clip(), ITEM, closed, [seen(0.4), seen(1.0)]) == 30
    assert choose_frame(clip(), ITEM, [(0.4, SHARP), (1.0, SHARP)], [seen(0.4, small), seen(1.0)]) == 30


def test_a_title_at_rest_counts_and_a_transition_excludes() -> None:
    samples = [(0.1, SHARP), (2.0, SHARP), (3.0, SHARP)]
    assert choose_frame(clip(), ITEM, samples, ()) == 3
    assert choose_frame(clip(text(30, 60)), ITEM, samples, ()) == 60
    mixed = clip().model_copy(
        update={"scenes": (clip().scenes[0].model_copy(update={"transition": Transition(kind="push", frames=10)}),)}
    )
    assert in_transition(mixed, 3)
    assert choose_frame(mixed, ITEM, samples, ()) == 60


@pytest.mark.parametrize(
    ("texts", "frame"),
    [((), 72), ((text(0, 60),), 34), ((text(0, 60, "item"), text(60, 60)), 94), ((text(0, 20),), 72)],
)
def test_of_pictures_a_frame_with_the_title_in_place(texts: tuple[TextLayer, ...], frame: int) -> None:
    assert settled_frame(clip(*texts)) == frame
