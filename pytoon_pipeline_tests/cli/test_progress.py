"""What a person sees while a video is rendered: lines in a file, one line that changes on a terminal."""

import io
import os
import pty
import struct
import termios
import threading
from collections.abc import Callable
from fcntl import ioctl

import pyte
import pytest

from pytoon_pipeline.cli import progress
from pytoon_pipeline.cli.live_progress import Live
from pytoon_pipeline.cli.output import printable
from pytoon_pipeline.cli.progress import Lines, Reporter
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
from pytoon_pipeline.contracts.render_results import Retry, StageStatus
from pytoon_pipeline.contracts.spec.render_spec import Note
from pytoon_pipeline.runtime.progress import listen, publish

PLAN = Planned((Note(code="length", message="Length: 9.0 s."),), (Note(code="no_sound", message="It is silent."),))


def seen(columns: int, show: Callable[[Reporter, Callable[[], list[str]]], None]) -> list[str]:
    """The screen of a terminal after ``show``, which may look at it in between. A width of 0 is not told."""
    controller, terminal = pty.openpty()
    ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24 if columns else 0, columns, 0, 0))
    screen = pyte.Screen(columns or 80, 24)
    stream = pyte.ByteStream(screen)
    reads = threading.Lock()

    def read() -> None:
        while True:
            try:
                data = os.read(controller, 65536)
            except OSError:
                return
            with reads:
                stream.feed(data)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()

    def lines() -> list[str]:
        threading.Event().wait(0.3)
        with reads:
            return [line.rstrip() for line in screen.display if line.strip()]

    with open(terminal, "w") as file:
        with Live(file) as live:
            show(Reporter(live), lines)
        assert not lines() or not screen.cursor.hidden
        return lines()


@pytest.mark.parametrize("columns", [0, 20, 40, 80])
def test_a_terminal_shows_the_stage_and_a_bar_in_one_line(columns: int) -> None:
    def show(report: Reporter, lines: Callable[[], list[str]]) -> None:
        report(StageStarted("transcription"))
        assert "Transcri" in lines()[-1]
        report(PLAN)
        report(StageStarted("rendered_segments"))
        report(FramesReady(30, 100))
        report(FramesReady(40, 100))
        line = lines()[-1]
        assert "Rendering" in line
        assert "40 %" in line
        assert ("━" in line) is (columns != 20)
        assert sum("Rendering" in one for one in lines()) == 1
        report(Waiting("Waiting for another render (run of a, since 12 s)"))
        assert "Waiting for" in lines()[-1]
        report(Resumed())
        assert "Rendering" in lines()[-1]

    text = "".join(seen(columns, show)).replace(" ", "")
    assert text == "Length:9.0s.note:Itissilent.[no_sound]", "the line is gone, and what was said stays"


def test_a_file_gets_a_line_per_stage_and_a_few_of_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(1000))
    monkeypatch.setattr(progress.time, "monotonic", lambda: float(next(clock)))
    file = io.StringIO()
    report = Reporter(Lines(file))
    report(StageStarted("rendered_segments"))
    for ready in range(101):
        report(FramesReady(ready, 100))
    report(StageFinished(StageStatus(name="rendered_segments", status="computed", seconds=1.5)))
    report(PLAN)
    report(PLAN)
    report(Noted(PLAN.notes[0]))
    report(Retrying(Retry(attempt=2, remedy="scenes are joined by cuts", reason="It flashes.")))
    lines = file.getvalue().splitlines()
    assert lines[0] == "rendering 10 %, about 90 s left"
    assert len(lines) == 9 + 1 + 2 + 1
    assert lines[-4].split() == ["rendered_segments", "computed", "1.50", "s"]
    assert lines[-3:-1] == ["Length: 9.0 s.", "note: It is silent. [no_sound]"], "each is said once"
    assert lines[-1].startswith("attempt 2 of 3: scenes are joined by cuts. ")
    assert lines[-1].endswith("It flashes.")


def test_a_long_time_left_is_told_in_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter((0.0, 61.5))
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    file = io.StringIO()
    report = Reporter(Lines(file))
    report(StageStarted("rendered_segments"))
    report(FramesReady(0, 110))
    report(FramesReady(11, 110))
    assert file.getvalue() == "rendering 10 %, about 9 min left\n"


def test_what_people_write_cannot_control_a_terminal() -> None:
    assert printable("a\x1b]0;evil\x07b\x9b2J\nc\u202ed") == "a\ufffd]0;evil\ufffdb\ufffd2J c\ufffdd"
    assert printable("می\u200cخواهم 👩\u200d🍳 Größe") == "می\u200cخواهم 👩\u200d🍳 Größe"


def test_events_come_in_order_and_only_while_somebody_listens() -> None:
    heard: list[Event] = []
    publish(Resumed())
    with listen(heard.append):
        threads = [threading.Thread(target=publish, args=(FramesReady(n, 9),)) for n in range(9)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    publish(Resumed())
    assert sorted(event.ready for event in heard if isinstance(event, FramesReady)) == list(range(9))
    assert len(heard) == 9
