"""The visual order of mixed text on one line: the Unicode Bidirectional Algorithm (UAX #9) without explicit marks."""

import unicodedata
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import Literal, NamedTuple

RIGHT_TO_LEFT = ("R", "AL")
# Classes of the algorithm: European and Arabic numbers; separators and signs that join them.
NUMBERS, JOINERS, SIGNS = ("EN", "AN"), ("CS", "ES"), ("ET",)


class DirectionalRun(NamedTuple):
    """Characters of one direction, in logical order."""

    text: str
    direction: Literal["ltr", "rtl"]


def is_right_to_left(text: str) -> bool:
    """Whether the first letter with a direction is right-to-left (rules P2 and P3)."""
    strong = (kind for char in text if (kind := unicodedata.bidirectional(char)) in ("L", *RIGHT_TO_LEFT))
    return next(strong, "L") != "L"


def visual_runs(text: str) -> list[DirectionalRun]:
    """The runs of ``text`` from left to right."""
    if text.isascii():
        return [DirectionalRun(text, "ltr")] if text else []
    runs = [
        (level, "".join(char for _, char in group))
        for level, group in groupby(zip(_levels(text), text, strict=True), key=itemgetter(0))
    ]
    # Rule L2: from the highest level to the lowest odd one, reverse all sequences at that level or above.
    for level in range(max(level for level, _ in runs), 0, -1):
        start = 0
        while start < len(runs):
            end = start
            while end < len(runs) and runs[end][0] >= level:
                end += 1
            runs[start:end] = runs[start:end][::-1]
            start = max(end, start + 1)
    return [DirectionalRun(part, "rtl" if level % 2 else "ltr") for level, part in runs]


def _levels(text: str) -> list[int]:
    """The embedding level of each character."""
    base = int(is_right_to_left(text))
    kinds = _with_numbers([unicodedata.bidirectional(char) for char in text], base)
    kinds = _with_neutrals(kinds, "R" if base else "L")
    # Rules I1 and I2.
    levels = {"L": 2 if base else 0, "R": 1, "N": 2}
    return [levels[kind] for kind in kinds]


def _with_numbers(kinds: Sequence[str], base: int) -> list[str]:
    """Classes reduced to L, R, N (a number right-to-left) and neutral “”: rules W1 to W7, with signs beside numbers."""
    result: list[str] = []
    strong = "R" if base else "L"
    for index, kind in enumerate(kinds):
        around = [kinds[n] for n in (index - 1, index + 1) if 0 <= n < len(kinds)]
        joins = kind in JOINERS and len(around) == 2 and all(one in NUMBERS for one in around)
        signs = kind in SIGNS and any(one in NUMBERS for one in around)
        if kind == "L" or kind in RIGHT_TO_LEFT:
            strong = "L" if kind == "L" else "R"
            result.append(strong)
        elif kind in ("NSM", "BN") and result:
            result.append(result[-1])
        elif kind in NUMBERS or joins or signs:
            result.append("L" if strong == "L" else "N")
        else:
            result.append("")
    return result


def _with_neutrals(kinds: list[str], base: str) -> list[str]:
    """Neutral characters take the direction on both their sides, else the base direction (rules N1 and N2)."""
    resolved = list(kinds)
    index = 0
    while index < len(kinds):
        end = index
        while end < len(kinds) and not kinds[end]:
            end += 1
        if end > index:
            before = kinds[index - 1] if index else base
            after = kinds[end] if end < len(kinds) else base
            sides = {"R" if side == "N" else side for side in (before, after)}
            resolved[index:end] = [sides.pop() if len(sides) == 1 else base] * (end - index)
        index = max(end, index + 1)
    return resolved


def word_order(words: Sequence[str]) -> list[int] | None:
    """The indices of the words of a line from left to right; none where a word does not stay in one piece."""
    line = " ".join(words)
    if not any(unicodedata.bidirectional(char) in (*RIGHT_TO_LEFT, "AN") for char in line):
        return list(range(len(words)))
    visual = "".join(run.text[::-1] if run.direction == "rtl" else run.text for run in visual_runs(line))
    alone = ["".join(run.text[::-1] if run.direction == "rtl" else run.text for run in visual_runs(w)) for w in words]
    left = dict(enumerate(alone))
    order = []
    for part in visual.split(" "):
        index = next((n for n, text in left.items() if text == part), None)
        if index is None:
            return None
        order.append(index)
        del left[index]
    return order
