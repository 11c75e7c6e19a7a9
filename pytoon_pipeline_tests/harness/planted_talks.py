"""Talks with planted highlights, and how many of these are among the best that are found.

The talks are in ``planted_talks.yaml``: plain sentences in random order, and passages among them that a person would
post. Without punctuation and capitals, they are as from a recogniser that knows none.
"""

import random
import time
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml

from pytoon_pipeline.contracts.analysis import Word
from pytoon_pipeline.contracts.highlights import HighlightsRequest
from pytoon_pipeline.contracts.time import TimeRange, covered
from pytoon_pipeline.planning.highlights.choice import choose_highlights

TALKS = Path(__file__).with_suffix(".yaml")
SEEDS, SENTENCES, FIRST, LAST = 8, 90, 6, 84
# Found: so much of a passage is in one highlight.
FOUND_SHARE = 0.5
PAUSES, WORD_SECONDS, SECONDS_PER_LETTER = (0.35, 0.9), 0.12, 0.042


def planted_talks() -> dict[str, Any]:
    """The sets of talks, by name."""
    return yaml.safe_load(TALKS.read_text(encoding="utf-8"))


def talk(
    one: dict[str, Any], shared: list[str], seed: int, plain: bool, sentences: int = SENTENCES
) -> tuple[list[Word], list[tuple[float, float]]]:
    """The words of a talk, and where its planted passages are."""
    chance = random.Random(f"{one['name']} {seed}")
    pool = [*one["own"], *shared]
    every = [text for _ in range(sentences // len(pool) + 1) for text in chance.sample(pool, len(pool))]
    marked: list[tuple[str, int | None]] = [(text, None) for text in every[:sentences]]
    places = sorted(chance.sample(range(FIRST, LAST, 9), len(one["planted"])), reverse=True)
    for number, (place, passage) in enumerate(zip(places, chance.sample(one["planted"], len(places)), strict=True)):
        marked[place:place] = [(text, number) for text in _sentences(passage)]
    words, owners, now = list[Word](), list[int | None](), 1.0
    for text, owner in marked:
        for word in text.split():
            end = now + WORD_SECONDS + SECONDS_PER_LETTER * len(word)
            shown = word.lower().strip(".,?!:") if plain else word
            words.append(Word(text=shown, start=round(now, 3), end=round(end, 3), confidence=0.9))
            owners.append(owner)
            now = end + 0.03 + 0.12 * word.endswith((",", ":"))
        now += chance.uniform(*PAUSES)
    groups = ([n for n, _ in run] for owner, run in groupby(enumerate(owners), lambda one: one[1]) if owner is not None)
    return words, [(words[group[0]].start, words[group[-1]].end) for group in groups]


def _sentences(passage: str) -> list[str]:
    parts, current = [], []
    for word in passage.split():
        current.append(word)
        if word.endswith((".", "?", "!")):
            parts.append(" ".join(current))
            current = []
    return parts


def recall(data: dict[str, Any], plain: bool, seeds: int = SEEDS) -> dict[str, Any]:
    """The share of planted passages in the best three, in all talks and by talk."""
    wanted = HighlightsRequest(count=3)
    hits: dict[str, list[bool]] = {}
    for one in data["talks"]:
        for seed in range(seeds):
            words, planted = talk(one, data["shared"], seed, plain)
            speech = [TimeRange(start=0, end=words[-1].end + 1)]
            found = [(best.start, best.end) for best in choose_highlights(words, speech, wanted)]
            hits.setdefault(one["name"], []).extend(
                any(covered(span, [best]) > FOUND_SHARE * (span[1] - span[0]) for best in found) for span in planted
            )
    every = [hit for found in hits.values() for hit in found]
    return {
        "recall": round(sum(every) / len(every), 3),
        "passages": len(every),
        "by_talk": {name: round(sum(found) / len(found), 3) for name, found in hits.items()},
    }


def hour(data: dict[str, Any]) -> float:
    """Seconds that choosing ten highlights of a talk of an hour takes."""
    words, _ = talk(data["talks"][0], data["shared"], 1, plain=True, sentences=900)
    start = time.perf_counter()
    choose_highlights(words, [TimeRange(start=0, end=words[-1].end + 1)], HighlightsRequest(count=10))
    return time.perf_counter() - start
