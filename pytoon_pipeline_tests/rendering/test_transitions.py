"""Transitions between scenes."""

import itertools
from typing import get_args

import numpy as np
import pytest

from pytoon_pipeline.contracts.spec.render_spec import Scene, Transition
from pytoon_pipeline.contracts.transitions import TransitionKind
from pytoon_pipeline.media.colour import yuv
from pytoon_pipeline.rendering.compositor import compose
from pytoon_pipeline.rendering.segment_plan import plan_segment
from pytoon_pipeline.rendering.transitions import KEEPS_BACKGROUND, TRANSITIONS, Moment, mix_transition
from pytoon_pipeline.rendering.yuva import YuvaImage, copy_image, solid_image, transparent_image
from pytoon_pipeline_tests.harness.drawing import at, lit, shape, spec_of

THROUGH = {"fade": "#000000", "dip": "#FF8000"}
SIZES = ((32, 64), (64, 32), (48, 48))


@pytest.mark.parametrize("kind", get_args(TransitionKind))
def test_transitions_go_from_one_scene_to_the_next(kind: TransitionKind) -> None:
    coming = Transition(kind=kind, frames=9, colour="#A0A0A0")
    scenes = [
        Scene(start=0, frames=12, background="#FFFFFF", layers=()),
        Scene(start=3, frames=12, background="#606060", layers=(), transition=coming),
    ]
    spec = spec_of(scenes)
    means = [float(sheet.y.mean()) for sheet in compose(plan_segment(spec, spec.segments[0], {}), {})]
    first, last = yuv("#FFFFFF")[0], yuv("#606060")[0]
    assert means[:3] == pytest.approx([first] * 3, abs=0.5)
    assert means[12:] == pytest.approx([last] * 3, abs=0.5)
    middle = means[3:12]
    if kind == "fade":
        assert min(middle) == middle[4] == pytest.approx(16, abs=1)
    else:
        assert middle[0] > middle[4] > middle[8]
        assert all(after < before + 0.5 for before, after in itertools.pairwise(middle))


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


def moment(progress: float, step: float = 1e-6, colour: str = "#FF8000") -> Moment:
    """A moment at which nothing is fast enough for motion blur, unless ``step`` is longer."""
    return Moment(progress, step, colour)


def test_every_transition_of_the_contract_is_registered() -> None:
    assert set(TRANSITIONS) == set(get_args(TransitionKind))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", get_args(TransitionKind))
def test_a_transition_starts_with_one_image_and_ends_with_the_other(name: str, size: tuple[int, int]) -> None:
    before, after = noise(size, 1), noise(size, 2)
    inputs = copy_image(before), copy_image(after)
    assert_equal(mix_transition(name, before, after, moment(0.0)), before, 1)
    assert_equal(mix_transition(name, before, after, moment(1.0)), after, 1)
    middle = mix_transition(name, before, after, moment(0.5, 0.1))
    assert middle.size == size
    assert middle.a is None
    assert_equal(before, inputs[0])
    assert_equal(after, inputs[1])


@pytest.mark.parametrize("name", sorted(KEEPS_BACKGROUND))
def test_contents_give_way_over_a_background_that_stays(name: str) -> None:
    size = (64, 64)
    before, after, nothing = card(20), card(24), transparent_image(*size)
    for progress, expected in ((0.0, before), (1.0, after)):
        alone = mix_transition(name, expected, nothing, moment(0.0), grey())
        assert_equal(mix_transition(name, before, after, moment(progress), grey()), alone, 1)
    middle = mix_transition(name, before, after, moment(0.5, 0.1), grey())
    corners = middle.y[[0, 0, -1, -1], [0, -1, 0, -1]]
    assert np.abs(corners.astype(int) - int(grey().y[0, 0])).max() <= 1


def grey() -> YuvaImage:
    return solid_image("#707070", 64, 64)


def card(inset: int) -> YuvaImage:
    """A white square on a transparent sheet of 64 × 64 pixels."""
    sheet = transparent_image(64, 64)
    for plane, value, step in (
        (sheet.y, 235, 1),
        (sheet.u, 128, 2),
        (sheet.v, 128, 2),
        (sheet.a, 255, 1),
        (sheet.h, 255, 2),
    ):
        assert plane is not None
        plane[inset // step : (64 - inset) // step, inset // step : (64 - inset) // step] = value
    return sheet


def test_a_content_that_reaches_the_edge_still_does_when_it_overshoots() -> None:
    panel = card(0)
    edges = [
        mix_transition("slide", transparent_image(64, 64), panel, moment(t), grey()).y[:, -1].min()
        for t in (0.7, 0.8, 0.9, 1.0)
    ]
    assert edges == [235] * 4


@pytest.mark.parametrize(("name", "colour"), sorted(THROUGH.items()))
def test_a_fade_passes_through_black_and_a_dip_through_its_colour(name: str, colour: str) -> None:
    images = noise((32, 64), 1), noise((32, 64), 2)
    assert_equal(mix_transition(name, *images, moment(0.5)), solid_image(colour, 32, 64), 1)
    between = solid_image(colour, 32, 64).y.astype(float)
    for progress, image in ((0.25, images[0]), (0.75, images[1])):
        assert np.abs(mix_transition(name, *images, moment(progress)).y - (image.y + between) / 2).max() <= 1


@pytest.mark.parametrize(("name", "rows"), [("push", False), ("whip", False), ("push_up", True)])
def test_a_push_moves_both_scenes_side_by_side(name: str, rows: bool) -> None:
    before, after = solid_image("#FFFFFF", 200, 200), solid_image("#000000", 200, 200)
    profile = mix_transition(name, before, after, moment(0.45)).y.mean(axis=1 if rows else 0)
    seam = int((profile > 120).sum())
    assert 0 < seam < 200
    assert (profile[:seam] > 230).all()
    assert (profile[seam:] < 20).all()


def test_a_slide_moves_the_covered_scene_along_slowly_and_shades_it() -> None:
    before = solid_image("#FFFFFF", 400, 400)
    before.y[:, 200:204] = 16
    middle = mix_transition("slide", before, solid_image("#000000", 400, 400), moment(0.25)).y[20].astype(int)
    edge = int(np.flatnonzero(middle < 20)[-1])
    assert edge == 399
    mark = int(np.argmin(middle[:260]))
    assert 150 < mark < 200
    covered = middle[: mark - 10]
    assert covered.max() < 235
    seam = int(np.flatnonzero(middle[220:] < 20)[0]) + 220
    # The shadow deepens towards the edge.
    assert middle[seam - 3] < middle[seam - 20] < middle[seam - 39]


def test_fast_moves_are_blurred_along_their_way_and_slow_ones_are_not() -> None:
    rng = np.random.default_rng(3)
    detailed = solid_image("#808080", 400, 100)
    detailed.y[:] = rng.integers(16, 236, detailed.y.shape, np.uint8)

    def detail(step: float) -> tuple[float, float]:
        image = mix_transition("push", detailed, detailed, moment(0.4, step)).y[:, 60:340].astype(float)
        return float(np.abs(np.diff(image, axis=1)).mean()), float(np.abs(np.diff(image, axis=0)).mean())

    slow, fast = detail(1e-6), detail(1 / 11)
    assert fast[0] < slow[0] / 8
    assert slow[1] == pytest.approx(slow[0], rel=0.1)


def test_a_wipe_shows_its_colour_between_the_scenes() -> None:
    before, after = solid_image("#FFFFFF", 60, 120), solid_image("#000000", 60, 120)
    middle = mix_transition("wipe", before, after, moment(0.5, colour="#808080")).y[:, 30].astype(int)
    levels = [middle[0], middle[len(middle) // 2], middle[-1]]
    assert levels[0] > 200
    assert levels[-1] < 30
    grey_level = round(yuv("#808080")[0])
    assert np.abs(middle - grey_level).min() <= 1


def test_a_circle_opens_from_its_centre() -> None:
    before, after = solid_image("#FFFFFF", 60, 120), solid_image("#000000", 60, 120)
    middle = mix_transition("circle", before, after, moment(0.5, colour="#808080")).y
    assert middle[54, 30] < 30
    assert middle[-1, 0] > 200


def test_a_zoom_enlarges_from_the_centre() -> None:
    size = (64, 64)
    before, after = noise(size, 1), noise(size, 2)
    y = np.full((64, 64), 16, np.uint8)
    y[:, 16:48] = 235
    stripe = YuvaImage(y, before.u, before.v)
    black = YuvaImage(np.full_like(y, 16), after.u, after.v)
    row = mix_transition("zoom", stripe, black, moment(0.5)).y[32].astype(int)
    visible = np.flatnonzero(row > 40)
    # Half way, the stripe of 32 pixels is 1.175 times as wide.
    assert len(visible) == pytest.approx(32 * 1.175, abs=2)
    assert visible.mean() == pytest.approx(31.5, abs=0.6)


def test_a_background_that_both_scenes_have_stays_while_their_contents_move() -> None:
    ground, dot = shape("#404040", 1080, 1920, at()), shape("#FFFFFF", 200, 200, at())
    scenes = [
        Scene(start=0, frames=8, layers=(ground, dot), background_layers=1),
        Scene(
            start=2, frames=8, layers=(ground, dot), background_layers=1, transition=Transition(kind="slide", frames=6)
        ),
    ]
    spec = spec_of(scenes)
    images = [copy_image(one) for one in compose(plan_segment(spec, spec.segments[0], {}), {})]
    level = round(yuv("#404040")[0])
    assert all(abs(int(image.y[100, column]) - level) <= 1 for image in images for column in range(0, 1080, 40))
    assert lit(images[0]) == lit(images[-1]) == (440, 860, 640, 1060)
    assert lit(images[5]) != lit(images[0])
