"""Transitions between scenes."""

from typing import Literal, get_args

import numpy as np
import pytest

from pytoon_pipeline.contracts.spec.render_spec import Scene, Transition
from pytoon_pipeline.contracts.transitions import TransitionKind
from pytoon_pipeline.media.colour import yuv
from pytoon_pipeline.rendering.compositor import compose
from pytoon_pipeline.rendering.segment_plan import plan_segment
from pytoon_pipeline.rendering.transitions import BLACK, TRANSITIONS, mix_transition
from pytoon_pipeline.rendering.yuva import YuvaImage, copy_image
from pytoon_pipeline_tests.harness.drawing import spec_of


@pytest.mark.parametrize("kind", ["crossfade", "fade", "slide", "push", "zoom"])
def test_transitions_go_from_one_scene_to_the_next(kind: Literal["crossfade", "fade", "slide", "push", "zoom"]) -> None:
    scenes = [
        Scene(start=0, frames=20, background="#FFFFFF", layers=()),
        Scene(start=11, frames=20, background="#606060", layers=(), transition=Transition(kind=kind, frames=9)),
    ]
    spec = spec_of(scenes)
    sheets = list(compose(plan_segment(spec, spec.segments[0], {}), {}))
    assert len(sheets) == 31
    means = [float(sheet.y.mean()) for sheet in sheets]
    first, last = yuv("#FFFFFF")[0], yuv("#606060")[0]
    assert means[:11] == pytest.approx([first] * 11, abs=0.5)
    assert means[20:] == pytest.approx([last] * 11, abs=0.5)
    middle = means[11:20]
    if kind == "fade":
        assert min(middle) == middle[4] == pytest.approx(16, abs=1)
    else:
        assert middle == sorted(middle, reverse=True)
        assert middle[4] == pytest.approx((first + last) / 2, abs=1.5)


SIZES = ((32, 64), (64, 32), (48, 48))


def noise(size: tuple[int, int], seed: int) -> YuvaImage:
    """An opaque image of random values at every pixel."""
    rng = np.random.default_rng(seed)
    width, height = size
    shapes = ((height, width), (height // 2, width // 2), (height // 2, width // 2))
    return YuvaImage(*(rng.integers(16, 236, shape, np.uint8) for shape in shapes))


def planes(image: YuvaImage) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return image.y, image.u, image.v


def assert_equal(image: YuvaImage, expected: YuvaImage, tolerance: int = 0) -> None:
    for plane, other in zip(planes(image), planes(expected), strict=True):
        assert plane.shape == other.shape
        assert np.abs(plane.astype(int) - other).max() <= tolerance


def halves(left: YuvaImage, right: YuvaImage) -> YuvaImage:
    """The two images side by side."""
    return YuvaImage(*(np.hstack(pair) for pair in zip(planes(left), planes(right), strict=True)))


def columns(image: YuvaImage, first: int, last: int) -> YuvaImage:
    return YuvaImage(image.y[:, first:last], *(plane[:, first // 2 : last // 2] for plane in (image.u, image.v)))


def test_every_transition_of_the_contract_is_registered() -> None:
    assert set(TRANSITIONS) == set(get_args(TransitionKind))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", get_args(TransitionKind))
def test_a_transition_starts_with_one_image_and_ends_with_the_other(name: str, size: tuple[int, int]) -> None:
    before, after = noise(size, 1), noise(size, 2)
    inputs = copy_image(before), copy_image(after)
    assert_equal(mix_transition(name, before, after, 0.0), before)
    assert_equal(mix_transition(name, before, after, 1.0), after)
    middle = mix_transition(name, before, after, 0.5)
    assert middle.size == size
    assert middle.a is None
    assert_equal(before, inputs[0])
    assert_equal(after, inputs[1])


@pytest.mark.parametrize("size", SIZES)
def test_the_middle_of_each_transition(size: tuple[int, int]) -> None:
    before, after, half = noise(size, 1), noise(size, 2), size[0] // 2
    mean = YuvaImage(*(np.round((a.astype(float) + b) / 2).astype(np.uint8)
                       for a, b in zip(planes(before), planes(after), strict=True)))  # fmt: skip
    assert_equal(mix_transition("crossfade", before, after, 0.5), mean, 1)
    for plane, black in zip(planes(mix_transition("fade", before, after, 0.5)), BLACK, strict=True):
        assert (plane == black).all()
    slid = halves(columns(before, 0, half), columns(after, 0, half))
    assert_equal(mix_transition("slide", before, after, 0.5), slid)
    pushed = halves(columns(before, half, size[0]), columns(after, 0, half))
    assert_equal(mix_transition("push", before, after, 0.5), pushed, 1)
    assert np.abs(mix_transition("zoom", before, after, 0.5).y.astype(int) - mean.y).mean() > 5


@pytest.mark.parametrize(("progress", "image"), [(0.25, 0), (0.75, 1)])
def test_a_fade_is_half_dark_at_a_quarter_and_at_three_quarters(progress: float, image: int) -> None:
    images = noise((32, 64), 1), noise((32, 64), 2)
    faded = mix_transition("fade", *images, progress)
    assert np.abs(faded.y - (images[image].y.astype(float) + BLACK[0]) / 2).max() <= 1


def test_a_zoom_enlarges_from_the_centre() -> None:
    size = (64, 64)
    before, after = noise(size, 1), noise(size, 2)
    y = np.full((64, 64), 16, np.uint8)
    y[:, 16:48] = 235
    stripe = YuvaImage(y, before.u, before.v)
    black = YuvaImage(np.full_like(y, 16), after.u, after.v)
    row = mix_transition("zoom", stripe, black, 0.5).y[32].astype(int)
    lit = np.flatnonzero(row > 40)
    # Half way, the stripe of 32 pixels is 1.175 times as wide.
    assert len(lit) == pytest.approx(32 * 1.175, abs=2)
    assert lit.mean() == pytest.approx(31.5, abs=0.6)
