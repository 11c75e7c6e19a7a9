"""Progress on a terminal: a line that changes with the current stage, and a bar while segments are rendered.

The line is drawn by ``rich``, which is imported when the first stage starts: an answer from the store needs no line.
"""

import os
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any, TextIO

from typing_extensions import Self

from pytoon_pipeline.cli.output import say
from pytoon_pipeline.cli.stage_names import STAGE_NAMES
from pytoon_pipeline.contracts.progress import StageFinished
from pytoon_pipeline.runtime import stopping

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

REFRESH_PER_SECOND = 8
# The speed is measured over this many seconds.
SPEED_SECONDS = 20.0
# In a narrower terminal the bar is left out.
MIN_BAR_COLUMNS = 36
# The size of a terminal that does not tell its own.
UNKNOWN_SIZE = (80, 24)


class Live:
    """Shows the current stage until the block ends, which erases it. Lines that stay are printed above it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._stage = ""
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self._open.__enter__()
        return self

    def __exit__(self, *raised: object) -> None:
        # The terminal may be gone.
        with suppress(OSError):
            self._open.close()
        self._progress = None

    def line(self, text: str) -> None:
        if self._progress is None:
            say(text, self._stream)
        else:
            with suppress(OSError):
                self._progress.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def stage_started(self, name: str) -> None:
        self._stage = STAGE_NAMES.get(name, name)
        self._show(self._stage)

    def stage_finished(self, event: StageFinished) -> None:
        """The next stage replaces the line."""

    def frames_ready(self, ready: int, total: int) -> None:
        progress = self._opened()
        task = next(iter(progress.tasks), None)
        if task is None or not task.fields["counted"] or ready < task.completed:
            # The first report, or that of another engine. What is reused says nothing about the speed.
            self._show(self._stage, counted=True, completed=ready, total=total)
        else:
            progress.update(task.id, completed=ready)

    def waiting(self, message: str) -> None:
        self._show(message)

    def resumed(self) -> None:
        self._show(self._stage)

    def _show(self, text: str, counted: bool = False, completed: int = 0, total: int = 1) -> None:
        """Replaces the line; ``counted`` adds a bar."""
        progress = self._opened()
        if self._task is None:
            self._task = progress.add_task("", counted=False)
        progress.reset(self._task, completed=completed, total=total, description=text, counted=counted)

    def _opened(self) -> "Progress":
        if self._progress is None:
            self._progress = _progress(self._stream)
            self._open.enter_context(self._progress)
            # The cursor comes back also when the process has to end at once.
            self._open.enter_context(stopping.cleanup(self._progress.stop))
        return self._progress


def _progress(stream: TextIO) -> "Progress":
    from rich.console import Console, ConsoleDimensions
    from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, Task
    from rich.table import Column
    from rich.text import Text

    class Terminal(Console):
        @property  # type: ignore[misc]
        def size(self) -> ConsoleDimensions:
            """The size of the terminal that shows the line, whatever the standard streams are now."""
            try:
                columns, lines = os.get_terminal_size(stream.fileno())
            except OSError:
                return ConsoleDimensions(MIN_BAR_COLUMNS, 1)
            return ConsoleDimensions(columns or UNKNOWN_SIZE[0], lines or UNKNOWN_SIZE[1])

    class Stage(ProgressColumn):
        """The stage, and for how long it has been working, unless its work is counted."""

        def render(self, task: Task) -> Text:
            seconds = task.elapsed or 0.0
            timed = seconds >= 1 and not task.fields["counted"]
            return Text(f"{task.description}  {_clock(seconds)}" if timed else task.description)

    class Bar(BarColumn):
        def render(self, task: Task) -> Any:
            return super().render(task) if task.fields["counted"] and console.width >= MIN_BAR_COLUMNS else Text()

    class Left(ProgressColumn):
        """The share that is done, and the time left."""

        def render(self, task: Task) -> Text:
            if not task.fields["counted"]:
                return Text()
            left = task.time_remaining
            return Text(f"{task.percentage:3.0f} %" + ("" if left is None else f"  {_clock(left)} left"))

    console = Terminal(file=stream, highlight=False, markup=False, emoji=False)
    line = Column(no_wrap=True, overflow="ellipsis")
    bar = Bar(bar_width=None, complete_style="cyan", finished_style="cyan", table_column=Column(ratio=1))
    return Progress(
        SpinnerColumn("line", style="cyan"),
        Stage(table_column=line),
        bar,
        Left(table_column=Column(no_wrap=True)),
        console=console,
        transient=True,
        expand=True,
        refresh_per_second=REFRESH_PER_SECOND,
        speed_estimate_period=SPEED_SECONDS,
        redirect_stdout=False,
        redirect_stderr=False,
    )


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02} min" if minutes else f"{rest} s"
