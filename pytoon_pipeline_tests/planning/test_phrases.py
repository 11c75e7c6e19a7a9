"""Breaks by sense, on a labelled set, and for single rules."""

from pathlib import Path

import pytest
import yaml

from pytoon_pipeline.config.presets import load_preset
from pytoon_pipeline.contracts.analysis import Word
from pytoon_pipeline.planning.captions.cues import plan_cues
from pytoon_pipeline.planning.edit_ranges import SourceRange
from pytoon_pipeline.planning.phrases import break_cost
from pytoon_pipeline_tests.harness.plans import RATE

FOLDER = Path(__file__).parent
SENTENCES, UNSEEN = (
    yaml.safe_load((FOLDER / name).read_text("utf-8")) for name in ("breaks.yaml", "breaks_unseen.yaml")
)


def spoken(text: str) -> list[Word]:
    """Words at about 165 per minute, without pauses."""
    words, time = [], 0.0
    for part in text.split():
        end = time + 0.1 + 0.05 * len(part)
        words.append(Word(text=part, start=time, end=end, confidence=1))
        time = end + 0.02
    return words


def breaks(sentence: str, style: str) -> tuple[set[int], set[int]]:
    """The words after which pages end, without the last, and those after which they may."""
    parts = [part.split() for part in sentence.split("/")]
    allowed, count = set(), 0
    for part in parts:
        count += len(part)
        allowed.add(count)
    words = spoken(" ".join(word for part in parts for word in part))
    captions = load_preset("clean-talk", {"captions": {"style": style}}).captions
    made, count = set(), 0
    for cue in plan_cues(words, [SourceRange(0, 0, 900)], RATE, captions)[:-1]:
        count += len(cue.words)
        made.add(count)
    return made, allowed


@pytest.mark.parametrize("style", ["pop", "boxed", "karaoke"])
@pytest.mark.parametrize(("sentences", "share"), [(SENTENCES, 0.9), (UNSEEN, 0.86)], ids=["known", "unseen"])
def test_most_pages_end_by_sense(sentences: list[str], share: float, style: str) -> None:
    found = [(made, allowed) for made, allowed in (breaks(one, style) for one in sentences)]
    pages = sum(len(made) + 1 for made, _ in found)
    wrong = [
        (sentence, sorted(made - allowed))
        for sentence, (made, allowed) in zip(sentences, found, strict=True)
        if made - allowed
    ]
    bad, total = sum(len(places) for _, places in wrong), sum(len(made) for made, _ in found)
    assert pages >= 100
    assert 1 - bad / total >= share, wrong


@pytest.mark.parametrize(
    ("text", "better", "worse"),
    [
        ("we live in the city", 2, 3),
        ("for 20 minutes at home", 3, 2),
        ("we met Barack Obama yesterday", 4, 3),
        ("well, that is new", 1, 2),
        ("das ist für den ganzen Tag", 2, 4),
        ("fresh coffee! ☕ come today", 3, 2),
    ],
)
def test_a_break_by_sense_costs_less(text: str, better: int, worse: int) -> None:
    words = text.split()
    assert break_cost(words, better) < break_cost(words, worse)
