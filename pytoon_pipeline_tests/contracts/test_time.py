"""Frame rates and operations on ranges."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from pytoon_pipeline.contracts.time import (
    FrameRange,
    FrameRate,
    TimeRange,
    clip,
    contains,
    covered,
    gaps,
    overlap,
    runs,
    union,
)

Span = tuple[int, int]
spans = st.tuples(st.integers(-20, 60), st.integers(-20, 60))
many = st.lists(spans, max_size=12)
flags = st.lists(st.booleans(), max_size=60)


def members(ranges: list[Span]) -> set[int]:
    return {n for start, end in ranges for n in range(start, end)}


def disjoint(ranges: list[Span], max_gap: int = 0) -> bool:
    """In order, none empty, and more than ``max_gap`` apart."""
    return all(start < end for start, end in ranges) and all(
        after[0] - before[1] > max_gap for before, after in itertools.pairwise(ranges)
    )


@given(many)
def test_union_holds_the_members_of_all_ranges(ranges: list[Span]) -> None:
    joined = union(ranges)
    assert members(joined) == members(ranges)
    assert disjoint(joined)
    assert union(joined) == joined
    assert union(reversed(ranges)) == joined


@given(many, st.integers(0, 10))
def test_union_bridges_gaps_up_to_the_largest_allowed(ranges: list[Span], max_gap: int) -> None:
    joined = union(ranges, max_gap)
    assert members(joined) >= members(ranges)
    assert disjoint(joined, max_gap)
    edges = {edge for one in ranges for edge in one}
    assert all(start in edges and end in edges for start, end in joined)


@given(many, spans)
def test_clip_keeps_what_lies_inside(ranges: list[Span], window: Span) -> None:
    parts = clip(ranges, *window)
    assert members(parts) == members(ranges) & members([window])
    assert all(start < end for start, end in parts)


@given(many, spans)
def test_gaps_and_ranges_share_a_window(ranges: list[Span], window: Span) -> None:
    found = gaps(ranges, *window)
    assert members(found) == members([window]) - members(ranges)
    assert disjoint(found)


@given(spans, spans)
def test_overlap_is_the_length_of_the_intersection(a: Span, b: Span) -> None:
    assert overlap(a, b) == overlap(b, a) == len(members([a]) & members([b]))


@given(spans, many)
def test_covered_counts_what_disjoint_ranges_cover(span: Span, ranges: list[Span]) -> None:
    assert covered(span, union(ranges)) == len(members([span]) & members(ranges))


@given(spans, spans)
def test_a_range_contains_another_whose_members_it_has(outer: Span, inner: Span) -> None:
    if inner[0] < inner[1]:
        assert contains(outer, inner) == (members([inner]) <= members([outer]))


@given(flags)
def test_runs_are_where_flags_are_true(values: list[bool]) -> None:
    found = runs(values)
    assert members(found) == {n for n, flag in enumerate(values) if flag}
    assert disjoint(found)


@given(flags, st.integers(1, 5), st.integers(0, 5))
def test_runs_bridge_gaps_before_they_are_measured(values: list[bool], min_length: int, max_gap: int) -> None:
    found = runs(values, min_length, max_gap)
    assert found == [one for one in union(runs(values), max_gap) if one[1] - one[0] >= min_length]


def test_ranges_in_seconds() -> None:
    assert union([(1.5, 2.0), (0.0, 1.0), (1.0, 1.25)]) == [(0.0, 1.25), (1.5, 2.0)]
    assert gaps([(0.5, 1.0)], 0.0, 2.0) == [(0.0, 0.5), (1.0, 2.0)]
    assert 0.5 in TimeRange(start=0.5, end=1.0)
    assert 1.0 not in TimeRange(start=0.5, end=1.0)
    assert FrameRange(start=3, end=5).span == (3, 5)


@given(st.integers(0, 10**7))
def test_the_time_of_a_frame_leads_back_to_it(frame: int) -> None:
    rate = FrameRate(numerator=30000, denominator=1001)
    assert rate.nearest(rate.seconds(frame)) == frame
