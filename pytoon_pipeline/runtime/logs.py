"""Structured logs: one JSON object per line, one file per day (UTC).

Loggers below ``pytoon`` write here. A line has ``time``, ``level``, ``logger``, ``message`` and the fields of its
event: ``event``, ``stage``, ``segment``, ``fingerprint``, ``engine``, ``seconds``, ``status``, ``category``, ``code``.
``log_context`` adds ``key``, ``name``, ``run`` and ``attempt``. Uploads appear by key, name and file name; no other
text of an upload is logged.

``structlog`` is imported where it is used: its import takes a tenth of a second, which stages need not wait for.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from structlog.stdlib import ProcessorFormatter
    from structlog.typing import EventDict, WrappedLogger

# What this logger says, in sentences, becomes events on the page of a Dagster run. It is not in the files: its lines
# may quote texts of uploads.
RUN_PAGE = "pytoon.run"
# Attributes of every log record; all others are fields of the event.
_RECORD_ATTRIBUTES = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"}


@contextmanager
def log_context(**fields: object) -> Iterator[None]:
    """Adds fields to all lines that are logged inside the block; fields that are ``None`` are left out."""
    import structlog

    known = {name: value for name, value in fields.items() if value is not None}
    with structlog.contextvars.bound_contextvars(**known):
        yield


def context_value(name: str) -> str | None:
    """A field of the context in which this code runs, such as the key of the upload."""
    import structlog

    value = structlog.contextvars.get_contextvars().get(name)
    return None if value is None else str(value)


def write_to(folder: Path) -> None:
    """Directs the loggers below ``pytoon`` to ``folder``, in place of the folder before."""
    log = logging.getLogger("pytoon")
    log.setLevel(logging.INFO)
    # In a run, Dagster has set this logger to the level of the console.
    logging.getLogger(RUN_PAGE).setLevel(logging.INFO)
    # Dagster and uvicorn have logs of their own.
    log.propagate = False
    for handler in [one for one in log.handlers if isinstance(one, DailyFile)]:
        log.removeHandler(handler)
    log.addHandler(DailyFile(folder))


@contextmanager
def results_on(stream: TextIO, name: str) -> Iterator[None]:
    """Inside the block, what goes wrong in a run and how it ends is also one line on ``stream``, with the ``name`` of
    what the run is for.
    """
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter(f"%(asctime)s {name.replace('%', '%%')}: %(message)s", "%H:%M:%S"))
    handler.addFilter(lambda record: record.levelno >= logging.WARNING or hasattr(record, "result"))
    people = logging.getLogger(RUN_PAGE)
    # Before Dagster's handler, which changes the messages.
    people.addHandler(handler)
    try:
        yield
    finally:
        people.removeHandler(handler)


class DailyFile(logging.Handler):
    """Appends events to a file named by the day. Each line is one write, so lines of several processes do not mix."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self.setFormatter(_formatter())

    def emit(self, record: logging.LogRecord) -> None:
        """Writes records with an ``event``; others are meant for people."""
        if not hasattr(record, "event"):
            return
        day = datetime.fromtimestamp(record.created, timezone.utc).date()
        try:
            line = self.format(record) + "\n"
            self._folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._folder / f"{day}.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            try:
                os.write(descriptor, line.encode())
            finally:
                os.close(descriptor)
        except OSError:
            # A full disk fails the work itself, and that error reaches a person.
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:
        """Does nothing: there is nowhere to report it."""


def _formatter() -> "ProcessorFormatter":
    import structlog

    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.contextvars.merge_contextvars, _fields],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
        ],
    )


def _fields(logger: "WrappedLogger", method: str, values: "EventDict") -> "EventDict":
    """The fields of a line; a field of the record takes precedence over one of the context."""
    record: logging.LogRecord = values.pop("_record")
    message = values.pop("event")
    own = {name: value for name, value in vars(record).items() if name not in _RECORD_ATTRIBUTES}
    return {
        "level": record.levelname,
        "logger": record.name,
        "message": message,
        **values,
        **own,
        "time": datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds"),
        # remove_processors_meta removes these two.
        "_record": record,
        "_from_structlog": False,
    }
