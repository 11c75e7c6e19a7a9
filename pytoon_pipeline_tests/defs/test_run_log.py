"""What an operator reads on the page of a run, and what the console shows."""

import logging

import dagster as dg
import pytest
import yaml

from pytoon_pipeline.contracts.progress import FramesReady, Noted, Planned, Resumed, StageFinished, Waiting
from pytoon_pipeline.contracts.render_results import StageStatus
from pytoon_pipeline.contracts.spec.render_spec import Note
from pytoon_pipeline.defs import dagster_yaml
from pytoon_pipeline.defs.resources import WorkerResource, resources
from pytoon_pipeline.defs.run_log import RunLog
from pytoon_pipeline.defs.running import instance
from pytoon_pipeline.runtime.capacity import Capacity
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.logs import RUN_PAGE
from pytoon_pipeline.runtime.progress import publish

people = logging.getLogger(RUN_PAGE)


@dg.op
def speak(worker: WorkerResource) -> None:
    publish(StageFinished(StageStatus(name="metadata", status="cached", seconds=0.0)))
    people.info("Delivered: “a % b”", extra={"result": "Delivered"})
    people.warning("The music is too short.")
    logging.getLogger("pytoon.stage").info("machine line", extra={"event": "stage"})


@dg.job
def speaking() -> None:
    speak()


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == RUN_PAGE]


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> RunLog:
    monkeypatch.setattr(logging.getLogger("pytoon"), "propagate", True)
    caplog.set_level(logging.INFO, RUN_PAGE)
    return RunLog()


def test_percent_appears_at_most_every_tenth(log: RunLog, caplog: pytest.LogCaptureFixture) -> None:
    for ready in range(1001):
        log(FramesReady(ready, 1000))
    assert len(lines(caplog)) == 10
    assert lines(caplog)[3] == "Rendering: 40 % (400 of 1000 frames)."


def test_reused_frames_are_one_line(log: RunLog, caplog: pytest.LogCaptureFixture) -> None:
    for ready, total in ((0, 0), (950, 1000), (1000, 1000)):
        log(FramesReady(ready, total))
    assert [line.split("(")[0] for line in lines(caplog)] == ["Rendering: 95 % ", "Rendering: 100 % "]


def test_decisions_notes_and_waits_are_sentences(log: RunLog, caplog: pytest.LogCaptureFixture) -> None:
    log(Planned((Note(code="preset", message="Preset: clean-talk."),), (Note(code="n", message="Two items."),)))
    log(Noted(Note(code="engine", message="The engine “local” failed.")))
    for _ in range(3):
        log(Waiting("Waiting for another render"))
    log(Resumed())
    log(Waiting("Waiting for another transcription"))
    assert lines(caplog) == [
        "Preset: clean-talk.", "Two items.", "The engine “local” failed.", "Waiting for another render.",
        "Waiting for another transcription.",
    ]  # fmt: skip


def test_the_run_page_has_the_sentences_and_the_console_only_the_result(
    home: Home, capfd: pytest.CaptureFixture[str]
) -> None:
    with instance(home) as opened:
        result = speaking.execute_in_process(instance=opened, resources={"worker": resources()["worker"]})
        messages = [one for one in opened.all_logs(result.run_id) if one.dagster_event is None]
    assert [(one.level, one.user_message) for one in messages] == [
        (logging.INFO, "Taken from the store."),
        (logging.INFO, "Delivered: “a % b”"),
        (logging.WARNING, "The music is too short."),
    ]
    printed = [line[len("00:00:00 ") :] for line in capfd.readouterr().err.splitlines()]
    assert printed == ["speaking: Delivered: “a % b”", "speaking: The music is too short."]
    (file,) = home.logs.iterdir()
    assert [line for line in file.read_text().splitlines() if "music" in line] == []


def test_dagster_captures_the_logger_for_people() -> None:
    settings = yaml.safe_load(dagster_yaml.shipped(Capacity.of_machine()))
    assert settings["python_logs"]["managed_python_loggers"] == [RUN_PAGE]
