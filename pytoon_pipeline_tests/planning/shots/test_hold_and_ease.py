"""Paths that hold and ease."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pytoon_pipeline.planning.shots.hold_and_ease import HoldPath, Path, monotone_cubic, optimal_holds, plan_path

STEP = 0.2


def planned(aim: Path, reach: float = 0.3) -> tuple[HoldPath, Path]:
    aims = np.stack([aim, np.zeros_like(aim)], axis=1)
    path = plan_path(aims, aims - reach, aims + reach, STEP, 0.1, 0.5)
    times = (np.arange(len(aim)) + 0.5) * STEP
    return path, path.at(times, path.levels)[:, 0]


@given(st.lists(st.floats(-0.05, 0.05), min_size=1, max_size=80))
def test_it_holds_while_the_subject_stays_in_the_dead_zone(aim: list[float]) -> None:
    path, shown = planned(np.array(aim))
    assert len(path.spans) == 1
    assert np.ptp(shown) < 1e-9


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(-1, 1), min_size=1, max_size=8), st.integers(8, 20))
def test_it_never_passes_its_holds_and_is_the_same_each_time(levels: list[float], length: int) -> None:
    aim = np.repeat(np.array(levels), length)
    path, shown = planned(aim)
    assert path.spans[0][0] == 0
    assert path.spans[-1][1] == len(aim)
    assert shown.min() >= aim.min() - 1e-6
    assert shown.max() <= aim.max() + 1e-6
    assert (planned(aim)[1] == shown).all()


@given(st.floats(0.05, 1.0), st.floats(4, 12))
def test_a_subject_that_turns_stays_in_bounds(amplitude: float, period: float) -> None:
    aim = amplitude * np.sin(2 * np.pi * np.arange(100) * STEP / period)
    _, shown = planned(aim)
    assert np.abs(shown - aim).max() <= 0.31
    assert np.abs(shown - aim).mean() < 0.15


def test_it_moves_around_the_moment_of_a_change() -> None:
    aim = np.where(np.arange(100) < 50, 0.0, 0.5)
    _, shown = planned(aim)
    assert abs(shown[49:51].mean() - 0.25) < 0.01
    assert shown[40] == 0
    assert shown[60] == 0.5


def test_a_steady_walk_is_followed_without_stops() -> None:
    aim = 0.1 * np.arange(60)
    _, shown = planned(aim)
    speeds = np.diff(shown)[5:-5]
    assert speeds.min() > 0.5 * speeds.max()


def test_the_partition_is_optimal() -> None:
    """Compared with all partitions of a short path."""
    aim = np.random.default_rng(3).normal(0, 1, (9, 2))

    def cost(edges: list[int]) -> float:
        spans = [aim[a:b] for a, b in pairwise(edges)]
        return sum(0.7 + ((span - span.mean(axis=0)) ** 2).sum() * STEP for span in spans)

    every = [[0, *(n for n in range(1, 9) if bits >> n & 1), 9] for bits in range(0, 512, 2)]
    found = optimal_holds(aim, 0.7, STEP)
    assert np.isclose(cost([0, *(end for _, end in found)]), min(map(cost, every)))


def test_the_curve_is_flat_beside_a_hold() -> None:
    rows = np.array([[0.0], [0.0], [1.0], [1.0]])
    times = np.linspace(0, 3, 301)
    values = monotone_cubic(np.array([0.0, 1.0, 2.0, 3.0]), rows, times)[:, 0]
    assert (values[:100] == 0).all()
    assert (np.diff(values) >= -1e-12).all()
    assert values[150] == 0.5
