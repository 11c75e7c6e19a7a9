"""What every analysis has in common."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.media import SourceItem, SourceMedia
from pytoon_pipeline.store.items import ItemWork, compute_items, unique_items
from pytoon_pipeline.store.stages import Stage, StageResult
from pytoon_pipeline.store.store import Store

R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Column:
    """A column of a Parquet file that an analysis writes. ``type`` is Arrow's name of it."""

    name: str
    type: str
    description: str


@dataclass(frozen=True)
class AnalysisResult(Generic[R]):
    """What an analysis found for an upload: the stored collection, the record of each item, and a few figures.

    ``rows`` counts the rows of its Parquet files; ``None`` when it writes none.
    """

    stage: StageResult
    values: dict[str, R]
    summary: Mapping[str, int | float | str]
    rows: int | None


class Analysis(ABC, Generic[R]):
    """Computes one record for each item of an upload that it covers, once for each content.

    A subclass names its stage, the record that it computes, and the libraries that do the work; its constructor takes
    what it reads. Register it in ``analysis/registry.py``. Heavy imports belong into the function that computes:
    loading the code location and finding a stored result import nothing heavy.
    """

    stage: ClassVar[Stage]
    libraries: ClassVar[tuple[str, ...]]
    columns: ClassVar[tuple[Column, ...]] = ()
    record: type[R]

    @abstractmethod
    def covers(self, item: SourceItem) -> bool:
        """Whether the item needs this analysis."""

    @abstractmethod
    def work(self, item: SourceItem) -> ItemWork:
        """How to compute the record of one item, and everything that decides it."""

    @abstractmethod
    def summary(self, values: Sequence[R]) -> Mapping[str, int | float | str]:
        """Figures over all items, for people."""

    def rows(self, values: Sequence[R]) -> int | None:
        """Rows of all Parquet files; ``None`` for an analysis that writes none."""
        return None

    def run(self, store: Store, source: SourceMedia) -> AnalysisResult[R]:
        """Finds or computes the record of each item. Raises what ``work`` raises, naming the file."""
        covered = {item.sha256 for item in source.items if self.covers(item)}
        result, parts = compute_items(store, self.stage, unique_items(source, covered), self.work)
        values = {item: part.read(self.record) for item, part in parts.items()}
        found = tuple(values.values())
        return AnalysisResult(result, values, self.summary(found), self.rows(found))


def listed(texts: Iterable[str | None]) -> str:
    """Each text once, for a summary; a dash for none."""
    return ", ".join(dict.fromkeys(text for text in texts if text)) or "–"
