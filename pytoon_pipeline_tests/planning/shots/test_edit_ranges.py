"""Edit ranges: the output frame rate, and which parts of the source stay."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytoon_pipeline.contracts.time import FrameRate, TimeRange
from pytoon_pipeline.planning.shots.edit_ranges import output_rate, plan_edit_ranges
from pytoon_pipeline_tests.harness.plans import RATE, stream


@pytest.mark.parametrize(
    ("rate", "expected"),
    [((30, 1), "30/1"), ((30000, 1001), "30000/1001"), ((60, 1), "30/1"), ((50, 1), "25/1"), ((24, 1), "24/1"),
     ((24000, 1001), "24000/1001"), ((120, 1), "30/1"), ((15, 1), "30/1"), ((1, 1), "30/1"), ((1000, 41), "30/1")],
)  # fmt: skip
def test_the_rate_of_a_video_is_one_that_phones_expect(rate: tuple[int, int], expected: str) -> None:
    video = stream(average_rate=FrameRate(numerator=rate[0], denominator=rate[1]))
    assert str(output_rate(video)) == expected


spans = st.lists(st.tuples(st.floats(0, 100), st.floats(0.05, 30)), min_size=1, max_size=15)


def merged(pairs: list[tuple[float, float]]) -> list[TimeRange]:
    from pytoon_pipeline.analysis.speech.silence import merge

    return list(merge([(a, a + b) for a, b in pairs], 100))


@given(spans, st.lists(st.floats(0.1, 99), max_size=8), st.sampled_from([24, 25, 30]), st.integers(60, 1800))
def test_takes_are_ordered_within_limits_and_gapless(
    pairs: list[tuple[float, float]], cuts: list[float], rate: int, most: int
) -> None:
    takes, shortened = plan_edit_ranges(merged(pairs), sorted(cuts), (), 100, FrameRate(numerator=rate), most)
    position = 0
    for take in takes:
        assert take.start == position
        assert take.frames > 0
        assert take.source_end <= 100 * rate
        position = take.end
    assert position <= most
    assert all(a.source_end <= b.source_start for a, b in itertools.pairwise(takes))
    assert shortened or position == sum(take.frames for take in takes)


def test_a_take_does_not_flash_the_next_scene() -> None:
    takes, _ = plan_edit_ranges([TimeRange(start=1, end=4)], [1.1, 3.9], (), 10, RATE, 1800)
    assert [(take.source_start, take.source_end) for take in takes] == [(33, 117)]
