"""Clips that begin with black are shown from where there is something to see."""

import dataclasses

import pytest

from pytoon_pipeline.contracts.analysis import Shots
from pytoon_pipeline.contracts.time import TimeRange
from pytoon_pipeline_tests.harness.plans import footage, footage_layer, planned


@pytest.mark.parametrize(
    ("black", "wish", "start"),
    [((0.0, 0.8), "item-0", 1.8), ((3.0, 4.0), "item-0", 0.0), ((0.0, 8.0), "item-0", 0.0),
     ((0.0, 0.8), {"file": "item-0", "start": 0}, 0.0)],
)  # fmt: skip
def test_a_clip_starts_after_its_black_unless_told_otherwise(
    black: tuple[float, float], wish: object, start: float
) -> None:
    dark = Shots(cuts=(), static=(), black=(TimeRange(start=black[0], end=black[1]),))
    clip = dataclasses.replace(footage(20, sound=False), shots=dark)
    spec = planned([clip], media_wishes=[wish], archetype="hero")
    assert footage_layer(spec.scenes[0]).source_start == round(start * 30)
    assert ("black_start_skipped" in {note.code for note in spec.notes}) == bool(start)
