"""One wrong value of a document: where it stands, and what may stand there."""

from dataclasses import dataclass, replace
from typing import Any

from pytoon_pipeline.config.expectations import Expectation, Path
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.field_paths import readable_path, subject
from pytoon_pipeline.runtime.files import printable_name

# Characters of a name or a value that a sentence shows.
MAX_SHOWN = 40


@dataclass(frozen=True)
class Problem:
    """One wrong value: where it stands, what it is, and what may stand there. ``reason`` is a check's own words.

    For a value that is missing, ``value`` is the group that lacks it.
    """

    kind: str
    path: Path
    value: Any
    expected: Expectation
    around: Expectation
    record: type[Record]
    reason: str = ""
    hint: str = ""

    @property
    def field(self) -> str:
        """The place as the beginning of a sentence."""
        return subject([*map(short, self.path)]) or "The document"

    @property
    def readable(self) -> str:
        """The place in front of a colon."""
        return readable_path([*map(short, self.path)]) or "The document"

    @property
    def name(self) -> str:
        return short(self.path[-1]) if self.path else ""

    @property
    def group(self) -> str:
        """The path of the group that a field stands in: nothing for the document itself."""
        return replace(self, path=self.path[:-1]).readable if self.path[:-1] else ""

    @property
    def place(self) -> str:
        """That group as the beginning of a sentence."""
        return replace(self, path=self.path[:-1]).field if self.path[:-1] else ""


def short(part: object) -> str:
    """A part of a path as a sentence shows it."""
    return printable_name(str(part))[:MAX_SHOWN]


def shown(value: Any) -> str:
    """A value in a sentence."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        text = printable_name(value.replace("\n", " "))
        return f"“{text[:MAX_SHOWN]}…”" if len(text) > MAX_SHOWN else f"“{text}”"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "a group of settings"
    return f"{value:.10g}" if isinstance(value, float) else str(value)[:MAX_SHOWN]
