"""Shows the progress of a render: lines of text, or on a terminal a line that changes, see ``live_progress``."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, TextIO

from pytoon_pipeline.cli.output import note_line, own_standard_error, retry_line, say
from pytoon_pipeline.cli.text import printable
from pytoon_pipeline.contracts.progress import (
    Event,
    FramesReady,
    Noted,
    Planned,
    Resumed,
    Retrying,
    StageFinished,
    StageStarted,
    Waiting,
)
from pytoon_pipeline.contracts.spec.render_spec import Note
from pytoon_pipeline.settings import TerminalSettings

# Without a terminal, progress is a line per this many percent, but not more often than this.
STEP_PERCENT, STEP_SECONDS = 10, 3.0
# From here on, the time left is told in minutes.
MINUTES_FROM = 90.0


class Display(Protocol):
    """Where progress appears. ``line`` prints a line that stays."""

    def line(self, text: str) -> None: ...

    def stage_started(self, name: str) -> None: ...

    def stage_finished(self, event: StageFinished) -> None: ...

    def frames_ready(self, ready: int, total: int) -> None: ...

    def waiting(self, message: str) -> None: ...

    def resumed(self) -> None: ...


class Reporter:
    """Passes events on to a display, and prints each note once. ``Progress`` of the use cases."""

    def __init__(self, display: Display) -> None:
        self.display = display
        self._noted: set[Note] = set()

    def __call__(self, event: Event) -> None:
        match event:
            case StageStarted():
                self.display.stage_started(event.name)
            case StageFinished():
                self.display.stage_finished(event)
            case FramesReady():
                self.display.frames_ready(event.ready, event.total)
            case Waiting():
                self.display.waiting(printable(event.message))
            case Resumed():
                self.display.resumed()
            case Retrying():
                self.display.line(retry_line(event.retry))
            case Noted():
                self.notes((event.note,))
            case Planned():
                self.decisions(event.decisions)
                self.notes(event.notes)

    def decisions(self, decisions: tuple[Note, ...]) -> None:
        """Prints what was decided, unless it was printed before."""
        self._once(decisions, lambda decision: printable(decision.message))

    def notes(self, notes: tuple[Note, ...]) -> None:
        """Prints the notes that were not printed before."""
        self._once(notes, note_line)

    def _once(self, notes: tuple[Note, ...], text: Callable[[Note], str]) -> None:
        for note in notes:
            if note not in self._noted:
                self._noted.add(note)
                self.display.line(text(note))


class Lines:
    """Progress as lines of text, for files, pipes and simple terminals."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self._step, self._said_at = 0, 0.0
        self._began, self._reused = 0.0, 0

    def line(self, text: str) -> None:
        say(text, self._stream)

    def stage_started(self, name: str) -> None:
        self._step = -1

    def stage_finished(self, event: StageFinished) -> None:
        stage = event.stage
        self.line(f"{stage.name:18} {stage.status:9} {stage.seconds:7.2f} s")

    def frames_ready(self, ready: int, total: int) -> None:
        now, step = time.monotonic(), 100 * ready // total // STEP_PERCENT
        if self._step < 0:
            self._step, self._said_at, self._began, self._reused = step, now, now, ready
        elif ready < total and step > self._step and now - self._said_at >= STEP_SECONDS:
            self._step, self._said_at = step, now
            left = (now - self._began) * (total - ready) / max(1, ready - self._reused)
            self.line(f"rendering {100 * ready // total} %, about {_rounded(left)} left")

    def waiting(self, message: str) -> None:
        self.line(f"{message} …")

    def resumed(self) -> None:
        """The next line says what goes on."""


def _rounded(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds <= MINUTES_FROM else f"{seconds / 60:.0f} min"


@contextmanager
def reporter() -> Iterator[Reporter]:
    """Shows progress on standard error while the block runs."""
    with own_standard_error() as stream:
        if stream is None or not stream.isatty() or TerminalSettings.load().plain:
            yield Reporter(Lines(stream))
            return
        from pytoon_pipeline.cli.live_progress import Live

        with Live(stream) as live:
            yield Reporter(live)
