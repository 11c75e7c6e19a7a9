"""Edit ranges: the output frame rate, and which parts of the source stay."""

import itertools
from math import ceil, floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytoon_pipeline.analysis.speech.silence import time_ranges
from pytoon_pipeline.contracts.time import FrameRate, TimeRange
from pytoon_pipeline.planning.edit_ranges import MIN_SHOT_FRAMES, output_rate, plan_edit_ranges
from pytoon_pipeline_tests.harness.plans import RATE, stream


@pytest.mark.parametrize(
    ("rate", "expected"),
    [((30, 1), "30/1"), ((30000, 1001), "30000/1001"), ((60, 1), "30/1"), ((50, 1), "25/1"), ((24, 1), "24/1"),
     ((24000, 1001), "24000/1001"), ((120, 1), "30/1"), ((15, 1), "30/1"), ((1, 1), "30/1"), ((1000, 41), "30/1")],
)  # fmt: skip
def test_the_output_rate_is_one_that_phones_expect(rate: tuple[int, int], expected: str) -> None:
    video = stream(average_rate=FrameRate(numerator=rate[0], denominator=rate[1]))
    assert str(output_rate(video)) == expected


spans = st.lists(st.tuples(st.floats(0, 100), st.floats(0.05, 30)), min_size=1, max_size=15)


def merged(pairs: list[tuple[float, float]]) -> list[TimeRange]:
    return list(time_ranges([(a, a + b) for a, b in pairs], 100))


@given(spans, st.lists(st.floats(0.1, 99), max_size=8), st.sampled_from([24, 25, 30]), st.integers(60, 1800))
def test_edit_ranges_are_ordered_and_gapless_and_keep_the_speech_up_to_the_limit(
    pairs: list[tuple[float, float]], cuts: list[float], rate: int, limit: int
) -> None:
    speech, frame_rate = merged(pairs), FrameRate(numerator=rate)
    ranges, shortened = plan_edit_ranges(speech, sorted(cuts), (), 100, frame_rate, limit)
    position = 0
    for one in ranges:
        assert one.start == position
        assert one.frames > 0
        assert one.source_end <= 100 * rate
        position = one.end
    assert all(a.source_end <= b.source_start for a, b in itertools.pairwise(ranges))

    everything, _ = plan_edit_ranges(speech, sorted(cuts), (), 100, frame_rate, 100 * rate)
    whole = [frame for one in everything for frame in range(one.source_start, one.source_end)]
    assert shortened == (len(whole) > limit)
    assert [frame for one in ranges for frame in range(one.source_start, one.source_end)] == whole[:limit]

    spoken = {frame for one in speech for frame in range(floor(one.start * rate), ceil(one.end * rate))}
    spoken &= set(range(100 * rate))
    assert set(whole) <= spoken
    at_cuts, too_short = (MIN_SHOT_FRAMES - 1) * 2 * len(cuts), 3 * len(speech)
    assert len(spoken) - len(whole) <= at_cuts + too_short


def test_an_edit_range_shows_no_flash_of_the_next_scene() -> None:
    ranges, _ = plan_edit_ranges([TimeRange(start=1, end=4)], [1.1, 3.9], (), 10, RATE, 1800)
    assert [(one.source_start, one.source_end) for one in ranges] == [(33, 117)]
