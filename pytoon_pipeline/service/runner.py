"""What the use cases need of whatever runs the asset graph. ``defs/running.py`` implements it with Dagster."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Protocol

from pytoon_pipeline.contracts.errors import PytoonError
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.progress import Event
from pytoon_pipeline.contracts.render_results import SegmentCounts, StageStatus
from pytoon_pipeline.contracts.rendering import EngineName
from pytoon_pipeline.contracts.spec.render_spec import Note
from pytoon_pipeline.runtime.home import Home

if TYPE_CHECKING:
    from pytoon_pipeline.operations.ahead_process import AheadProcess

# Receives what happens during a render, as it happens; see ``contracts/progress.py``.
Progress = Callable[[Event], None]


@dataclass(frozen=True)
class RunOutcome:
    """What the last run of a key did: the stages that finished, in any order, and the error that ended it, if any."""

    stages: tuple[StageStatus, ...] = ()
    segments: SegmentCounts = field(default_factory=SegmentCounts)
    engine: EngineName | None = None
    error: PytoonError | None = None

    def finished(self, stage: str) -> bool:
        return any(one.name == stage for one in self.stages)


class Runner(Protocol):
    """Runs the asset graph in this process."""

    def fail_lost_runs(self) -> int:
        """Marks runs as failed whose process has died. Returns how many."""
        ...

    def compile(self, key: str) -> RunOutcome:
        """Runs the graph for one upload until its video passed or no remedy is left. Never raises for a failed run.

        What happens meanwhile is published, see ``runtime/progress.py``.
        """
        ...


class RunRecords(Protocol):
    """What is recorded of runs."""

    def in_progress(self, key: str) -> bool:
        """Whether a run of the upload has not ended."""
        ...

    def cancel(self, key: str) -> None:
        """Ends the runs of the upload that wait or are in progress, as far as this machine can."""
        ...

    def forget(self, name: str) -> None:
        """Removes the runs of the upload called ``name``, and its place in the lists of uploads."""
        ...

    def erase(self, name: str) -> None:
        """Removes all that is recorded of the upload called ``name``; ``purge`` then removes the bytes."""
        ...

    def purge(self) -> None:
        """Removes the bytes of what was deleted."""
        ...


class NoRunRecords:
    """The records of a home in which nothing has run."""

    def in_progress(self, key: str) -> bool:
        return False

    def cancel(self, key: str) -> None:
        pass

    def forget(self, name: str) -> None:
        pass

    def erase(self, name: str) -> None:
        pass

    def purge(self) -> None:
        pass


@contextmanager
def no_run_records(home: Home) -> Iterator[RunRecords]:
    """Opens the records of a home in which nothing has run."""
    yield NoRunRecords()


OpenRunRecords = Callable[[Home], AbstractContextManager[RunRecords]]
Notify = Callable[[Note], None]
# Opens the runner of a home; ``Notify`` receives what a person should know about its settings. Opening may import
# Dagster, so the use cases open a runner only when something has to run.
OpenRunner = Callable[[Home, Notify], AbstractContextManager[Runner]]


class OpenedOnce:
    """The runner of several videos in turn, and the process that works ahead of them. The first video that needs them
    opens them; both are closed at the end of the block.
    """

    def __init__(self, open_runner: OpenRunner) -> None:
        self._open_runner = open_runner
        self._at_end = ExitStack()
        self._runner: Runner | None = None
        self._ahead: AheadProcess | None = None

    def __enter__(self) -> "OpenedOnce":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._at_end.__exit__(kind, error, trace)

    def working_ahead(self, home: Home, upload: SourceMedia) -> AbstractContextManager[None]:
        """Inside the block, the stages of ``upload`` are computed ahead of its run."""
        if self._ahead is None:
            # An answer from the store needs none of it.
            from pytoon_pipeline.operations.ahead_process import AheadProcess

            self._ahead = self._at_end.enter_context(AheadProcess())
        return self._ahead.working_on(home, upload)

    def runner(self, home: Home, notify: Notify) -> Runner:
        """The runner of ``home``."""
        if self._runner is None:
            self._runner = self._at_end.enter_context(self._open_runner(home, notify))
        return self._runner
