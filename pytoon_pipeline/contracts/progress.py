"""Events of a render while it works, for whoever shows them: a terminal, a log, the page of a run."""

from dataclasses import dataclass

from pytoon_pipeline.contracts.render_results import Retry, StageStatus
from pytoon_pipeline.contracts.spec.render_spec import Note


@dataclass(frozen=True)
class StageStarted:
    """A stage starts; ``name`` is that of its asset."""

    name: str


@dataclass(frozen=True)
class StageFinished:
    stage: StageStatus


@dataclass(frozen=True)
class FramesReady:
    """How many frames of the video are rendered, of how many. The first event of a render counts what is reused."""

    ready: int
    total: int


@dataclass(frozen=True)
class Planned:
    """The plan exists: what was decided, and the notes of the plan."""

    decisions: tuple[Note, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class Noted:
    """Something a person should know, that happened now."""

    note: Note


@dataclass(frozen=True)
class Retrying:
    """Another attempt starts, because the one before failed quality control."""

    retry: Retry


@dataclass(frozen=True)
class Waiting:
    """The work waits; ``message`` is a sentence that says for what. Sent again from time to time while it lasts."""

    message: str


@dataclass(frozen=True)
class Resumed:
    """The wait is over."""


Event = StageStarted | StageFinished | FramesReady | Planned | Noted | Retrying | Waiting | Resumed
