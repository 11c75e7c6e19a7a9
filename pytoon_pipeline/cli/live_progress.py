"""Progress on a terminal: a line that changes with the current stage, and a bar while segments are rendered.

The line is drawn by ``rich``, which is imported when the first stage starts: an answer from the store needs no line.
"""

import sys
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any

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


class Live:
    """Shows the current stage until the block ends, which erases it. Lines that stay are printed above it."""

    def __init__(self) -> None:
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._stage = ""
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self._open.__enter__()
        return self

    def __exit__(self, *raised: object) -> None:
        self._open.close()
        self._progress = None

    def line(self, text: str) -> None:
        if self._progress is None:
            say(text)
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
        if self._task is None or progress.tasks[0].total is None:
            self._show(self._stage, ready, total)
        elif ready >= progress.tasks[0].completed:
            progress.update(self._task, completed=ready)
        else:
            # Another engine starts from what is finished.
            self._show(self._stage, ready, total)

    def waiting(self, message: str) -> None:
        self._show(message)

    def resumed(self) -> None:
        self._show(self._stage)

    def _show(self, text: str, ready: int = 0, total: int | None = None) -> None:
        """Replaces the line; with ``total``, it has a bar."""
        progress = self._opened()
        before, self._task = self._task, progress.add_task(text, completed=ready, total=total)
        if before is not None:
            progress.remove_task(before)

    def _opened(self) -> "Progress":
        if self._progress is None:
            self._progress = _progress()
            self._open.enter_context(self._progress)
            # The cursor comes back also when the process has to end at once.
            self._open.enter_context(stopping.cleanup(self._progress.stop))
        return self._progress


def _progress() -> "Progress":
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, Task, TextColumn, TimeElapsedColumn
    from rich.text import Text

    class Bar(BarColumn):
        def render(self, task: Task) -> Any:
            wide = console.width >= MIN_BAR_COLUMNS and task.total is not None
            return super().render(task) if wide else Text()

    class Percent(TextColumn):
        def render(self, task: Task) -> Text:
            return Text("" if task.total is None else f"{task.percentage:3.0f} %")

    class Time(TimeElapsedColumn):
        """The time left of what is counted, and how long everything else has taken."""

        def render(self, task: Task) -> Text:
            if task.total is None:
                seconds = task.elapsed or 0.0
                return Text(f"{seconds:.0f} s" if seconds >= 1 else "")
            left = task.time_remaining
            return Text("" if left is None else f"{_clock(left)} left")

    console = Console(file=sys.stderr, highlight=False, markup=False, emoji=False)
    return Progress(
        SpinnerColumn("line", style="cyan"),
        TextColumn("{task.description}", markup=False),
        Bar(bar_width=None, complete_style="cyan", finished_style="cyan"),
        Percent(""),
        Time(),
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
    return f"{minutes}:{rest:02}" if minutes else f"{rest} s"
