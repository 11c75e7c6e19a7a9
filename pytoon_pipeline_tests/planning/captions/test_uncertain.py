"""Uncertain captions: left out, marked or shown, as the preset says."""

import pytest

from pytoon_pipeline.contracts.analysis import Word
from pytoon_pipeline.contracts.captions import CaptionStyle
from pytoon_pipeline.planning.captions.cues import plan_cues
from pytoon_pipeline.planning.captions.uncertain import without_uncertain
from pytoon_pipeline.planning.edit_ranges import SourceRange
from pytoon_pipeline_tests.harness.plans import RATE

SPOKEN = [("Ask", 0.9), ("not", 0.8), ("for", 0.04), ("whew", 0.02), ("me", 0.3), ("now", 0.02)]


@pytest.mark.parametrize(
    ("rule", "shown", "left_out"),
    [
        ("show", ["Ask not", "for whew", "me now"], []),
        ("mark", ["Ask not", "[for whew?]", "me now"], []),
        ("leave_out", ["Ask not", "me now"], ["for whew"]),
    ],
)
def test_pages_of_uncertain_words(rule: str, shown: list[str], left_out: list[str]) -> None:
    words = [
        Word(text=text, start=10 + n * 0.5, end=10.4 + n * 0.5, confidence=sure)
        for n, (text, sure) in enumerate(SPOKEN)
    ]
    ranges, style = [SourceRange(0, 300, 200)], CaptionStyle(max_words=2, uncertain=rule)
    found = without_uncertain(plan_cues(words, ranges, RATE, style), words, ranges, RATE, style)
    assert [[cue.text for cue in cues] for cues in found] == [shown, left_out]
