"""Text for a terminal: printable, in columns of a given width, with ages that people read at a glance."""

import shutil
import sys
import time
import unicodedata
from collections.abc import Collection, Iterator, Sequence

# Seconds of each unit, the largest first.
UNITS = (("d", 86400.0), ("h", 3600.0), ("min", 60.0), ("s", 1.0))


# Characters that are not printable by themselves but shape the letters beside them: joiners of Arabic and Indic
# scripts and of emoji.
JOINERS = "\u200c\u200d"


def terminal_width() -> int | None:
    """The width of the terminal, none when standard output goes to a file or to another program."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def printable(text: str) -> str:
    """``text`` in one line that cannot control a terminal: line breaks become spaces, and other control characters,
    such as escape sequences and changes of direction, U+FFFD."""
    return "".join(char if char.isprintable() or char in JOINERS else "\ufffd" for char in " ".join(text.split()))


def width(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(_width(char) for char in text)


def fit(text: str, columns: int, *, pad: bool = True) -> str:
    """A text in exactly so many columns: cut off with “…”, or filled up with spaces."""
    if width(text) > columns:
        kept, used = [], 0
        for char in text:
            if used + _width(char) > columns - 1:
                break
            kept.append(char)
            used += _width(char)
        text = "".join(kept).rstrip() + "…" if columns > 0 else ""
    return text + " " * (columns - width(text)) if pad else text


def aligned(rows: Sequence[Sequence[str]], right: Collection[int]) -> Iterator[str]:
    """Lines of a table with printable cells; the columns ``right`` are aligned to the right."""
    shown = [[printable(cell) for cell in row] for row in rows]
    columns = [max(map(width, column)) for column in zip(*shown, strict=True)]
    for row in shown:
        cells = []
        for n, (cell, size) in enumerate(zip(row, columns, strict=True)):
            space = " " * (size - width(cell))
            cells.append(space + cell if n in right else cell + space)
        yield "  ".join(cells).rstrip()


def age(since: float) -> str:
    """How long ago something happened, in its largest unit, such as “3 h”."""
    seconds = max(0.0, time.time() - since)
    name, size = next((one for one in UNITS if seconds >= one[1]), UNITS[-1])
    return f"{seconds / size:.0f} {name}"


def _width(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) == "Cf":
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
