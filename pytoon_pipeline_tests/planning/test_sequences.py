"""Sequences: how scenes follow each other and overlap in transitions."""

import itertools

from pytoon_pipeline_tests.harness.layout import items
from pytoon_pipeline_tests.harness.plans import planned


def test_the_length_is_the_sum_minus_the_overlaps() -> None:
    spec = planned(items(4), preset="clean-product")
    overlaps = sum(scene.transition.frames for scene in spec.scenes if scene.transition)
    assert overlaps == 3 * 15
    assert spec.frames == sum(scene.frames for scene in spec.scenes) - overlaps
    for before, after in itertools.pairwise(spec.scenes):
        assert after.transition is not None
        assert after.start == before.end - after.transition.frames
    assert [s.kind for s in spec.segments].count("seam") == 3


def test_cuts_do_not_overlap() -> None:
    spec = planned(items(3), transition="cut")
    assert spec.frames == 360
    assert all(scene.transition is None for scene in spec.scenes)
