"""Spoken words for tests, and how another transcriber hears the same speech."""

import random
from collections.abc import Sequence

from pytoon_pipeline.contracts.analysis import CorrectedTranscript, Cut, Word

SAID = "so the first thing is that we want to go there and their cat saw a big red house on hill"
LEXICON = SAID.split()
ITEM = "ab" * 32


def spoken(text: str, start: float = 0.5, pause: float = 0.6) -> tuple[Word, ...]:
    """The words of ``text``, one after the other, with a pause after each sentence."""
    words, time = [], start
    for word in text.split():
        end = time + 0.1 + 0.05 * len(word)
        words.append(Word(text=word, start=round(time, 2), end=round(end, 2), confidence=0.9))
        time = end + (pause if word.endswith((".", "?", "!")) else 0.02)
    return tuple(words)


def corrected(
    words: Sequence[Word], cuts: Sequence[Cut] = (), before: Sequence[Word] | None = None
) -> CorrectedTranscript:
    """A transcript whose words were ``before`` when people had not edited them."""
    original = tuple(words if before is None else before)
    return CorrectedTranscript(
        words=tuple(words), language="en", transcriber=None, cuts=tuple(cuts), before_edits=original
    )


def random_speech(seed: int, sentences: int = 6) -> tuple[Word, ...]:
    draw = random.Random(seed)
    parts = (" ".join(draw.choices(LEXICON, k=draw.randint(1, 9))) + "." for _ in range(sentences))
    return spoken(" ".join(parts), pause=draw.choice((0.1, 0.5, 1.5)))


def heard_otherwise(words: Sequence[Word], seed: int) -> tuple[Word, ...]:
    """The same speech as another transcriber hears it: other times, other words, some joined, split or not heard."""
    draw = random.Random(seed)
    found: list[Word] = []
    rate, shift = draw.random() * 0.5, draw.choice((0.01, 0.05, 0.15))
    for word in words:
        start = max(found[-1].end if found else 0.0, word.start + draw.uniform(-shift, shift))
        end = max(start + 0.03, word.end + draw.uniform(-shift, shift))
        text = word.text if draw.random() > rate else draw.choice(LEXICON)
        kind = draw.random()
        if kind < rate / 4:
            continue
        if kind < rate / 2 and found:
            found[-1] = found[-1].model_copy(update={"text": found[-1].text + text, "end": round(end, 3)})
        elif kind < rate:
            middle = (start + end) / 2
            found += [
                Word(text=text[: len(text) // 2 + 1], start=round(start, 3), end=round(middle, 3), confidence=0.5),
                Word(text=text[len(text) // 2 :], start=round(middle, 3), end=round(end, 3), confidence=0.5),
            ]
        else:
            found.append(Word(text=text, start=round(start, 3), end=round(end, 3), confidence=0.7))
    return tuple(found)


def rewritten(document: str, seed: int) -> str:
    """The text of a transcript after a person has changed it at random."""
    draw = random.Random(seed)
    lines = []
    for line in document.splitlines():
        if not line.startswith("["):
            lines.append(line)
            continue
        time, *words = line.split()
        kind = draw.random()
        if kind < 0.15:
            continue
        if kind < 0.3:
            words = [f"[[{' '.join(words)}]]"]
        elif kind < 0.8:
            words = [_rewritten(word, draw) for word in words]
        lines.append(" ".join([time, *filter(None, words)]))
    return "\n".join(lines)


def _rewritten(word: str, draw: random.Random) -> str:
    kind = draw.random()
    if kind < 0.1:
        return ""
    if kind < 0.2:
        return f"[[{word}]]"
    if kind < 0.4:
        return draw.choice(("Pytoon", "{\\b1}bold", "**md**", word + "x", "two words", "café’s", "[0:01", "#tag"))
    return word
