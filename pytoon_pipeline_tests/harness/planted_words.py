"""Planted errors in transcripts, and what a glossary makes of them. The cases are in ``planted_words.yaml``."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from pytoon_pipeline.analysis.transcript.correction import correct_words
from pytoon_pipeline.contracts.analysis import Word
from pytoon_pipeline.contracts.glossary import Glossary

CASES = Path(__file__).with_name("planted_words.yaml")
PLANTED = re.compile(r"\{([^{}>]+)>([^{}]+)\}")
SECONDS, PAUSE = 0.3, 1.0


@dataclass
class Outcome:
    """Planted errors and how many of them were corrected; right words and how many of them were touched."""

    planted: int = 0
    fixed: int = 0
    right: int = 0
    touched: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def shares(self) -> dict[str, float | int]:
        return {
            "planted": self.planted,
            "fixed_share": round(self.fixed / max(1, self.planted), 4),
            "right_words": self.right,
            "touched_share": round(self.touched / max(1, self.right), 5),
        }


def load() -> tuple[Glossary, dict[str, list[str]]]:
    """The glossary, and the lines of each kind."""
    document = yaml.safe_load(CASES.read_text(encoding="utf-8"))
    glossary = Glossary.model_validate(document.pop("glossary"))
    return glossary, {kind: text.strip().splitlines() for kind, text in document.items()}


def measure(lines: list[str], glossary: Glossary | None) -> Outcome:
    """Corrects the lines as one transcript, with a pause after each, and compares it with what was said."""
    outcome, words, planted = Outcome(), list[Word](), list[tuple[int, int, str, str]]()
    for number, line in enumerate(lines):
        planted += [(first + len(words), last + len(words), said, line) for first, last, said in _places(line)]
        texts = PLANTED.sub(lambda one: one[1], line).split()
        times = [number * PAUSE + (len(words) + n) * SECONDS for n in range(len(texts))]
        words += [
            Word(text=text, start=time, end=time + 0.9 * SECONDS, confidence=0.7)
            for time, text in zip(times, texts, strict=True)
        ]
    found = correct_words(words, glossary, "en").words
    for first, last, said, line in planted:
        text = _between(found, words[first].start, words[last - 1].end)
        outcome.planted += 1
        outcome.fixed += text == said
        outcome.wrong += [f"{line}  →  {text}"] if text != said else []
    kept = {(word.start, word.text) for word in found}
    inside = {n for first, last, *_ in planted for n in range(first, last)}
    right = [word for n, word in enumerate(words) if n not in inside]
    touched = [word for word in right if (word.start, word.text) not in kept]
    outcome.right, outcome.touched = len(right), len(touched)
    outcome.wrong += [f"touched: {_around(word, words)}" for word in touched]
    return outcome


def _around(word: Word, words: list[Word]) -> str:
    place = words.index(word)
    before, after = words[max(0, place - 3) : place], words[place + 1 : place + 4]
    return " ".join([*(one.text for one in before), f"[{word.text}]", *(one.text for one in after)])


def _places(line: str) -> Iterator[tuple[int, int, str]]:
    """The range of words of each planted error, and what was said."""
    passed, count = 0, 0
    for one in PLANTED.finditer(line):
        count += len(line[passed : one.start()].split())
        passed = one.end()
        number = len(one[1].split())
        yield count, count + number, one[2]
        count += number
        # Punctuation and endings behind the braces belong to the last word.
        passed += len(re.match(r"\S*", line[passed:])[0])


def _between(words: tuple[Word, ...], start: float, end: float) -> str:
    text = " ".join(one.text for one in words if start - 1e-6 <= one.start < end).rstrip(".,;:!?")
    return text[:-2] if text.endswith(("'s", "’s")) else text
