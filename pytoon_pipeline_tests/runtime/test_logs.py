"""Structured logs."""

import json
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from pytoon_pipeline.runtime.logs import log_context, write_to

log = logging.getLogger("pytoon.test")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    write_to(tmp_path / "logs")
    yield tmp_path / "logs"
    root = logging.getLogger("pytoon")
    for handler in list(root.handlers):
        root.removeHandler(handler)
    root.propagate = True


def lines(folder: Path) -> list[dict[str, Any]]:
    (file,) = folder.iterdir()
    assert file.stem == datetime.now(timezone.utc).date().isoformat()
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_a_line_has_the_fields_of_its_event_and_of_the_context(folder: Path) -> None:
    with log_context(key="a" * 32, run=None, attempt=2):
        log.warning("finished %s", "“é”", extra={"event": "stage", "stage": "metadata", "seconds": 1.5})
    (line,) = lines(folder)
    assert datetime.fromisoformat(line.pop("time")).tzinfo == timezone.utc
    assert line == {
        "level": "WARNING", "logger": "pytoon.test", "message": "finished “é”", "event": "stage", "stage": "metadata",
        "seconds": 1.5, "key": "a" * 32, "attempt": 2,
    }  # fmt: skip


def test_the_context_nests_and_ends_and_a_record_overrides_it(folder: Path) -> None:
    with log_context(key="a", attempt=1):
        with log_context(attempt=2):
            log.info("inner", extra={"event": "one"})
        log.info("outer", extra={"event": "two", "key": "b"})
    log.info("outside", extra={"event": "three"})
    assert [(line.get("key"), line.get("attempt")) for line in lines(folder)] == [("a", 2), ("b", 1), (None, None)]


def test_only_events_are_written_and_an_exception_with_its_traceback(folder: Path) -> None:
    log.info("for the terminal")
    try:
        raise ValueError("broken")
    except ValueError:
        log.exception("failed", extra={"event": "failed", "file": Path("a.mp4")})
    (line,) = lines(folder)
    assert "ValueError: broken" in line["exception"]
    assert line["file"] == "a.mp4"


def test_lines_of_many_threads_do_not_mix(folder: Path) -> None:
    with ThreadPoolExecutor(8) as workers:
        list(workers.map(lambda n: log.info("x" * 5000, extra={"event": str(n)}), range(200)))
    assert {line["event"] for line in lines(folder)} == {str(n) for n in range(200)}


def test_a_later_folder_replaces_the_first(folder: Path, tmp_path: Path) -> None:
    write_to(tmp_path / "other")
    log.info("moved", extra={"event": "moved"})
    assert not folder.exists()
    assert [line["event"] for line in lines(tmp_path / "other")] == ["moved"]


def test_a_folder_that_cannot_be_written_does_not_stop_the_work(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "file").write_text("")
    write_to(tmp_path / "file")
    log.info("lost", extra={"event": "lost"})
