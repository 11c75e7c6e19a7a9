"""Structured logs: a JSON object a line, a file a day. Uploads are named by key and file name; no text of them is held.

Loggers below ``pytoon`` write here. What a message is about goes into its fields: ``event``, ``stage``, ``segment``,
``engine``, ``seconds``, ``status``, ``failure`` (class), ``code``; ``key``, ``run``, ``attempt`` are added by whoever
works on them.
"""

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timezone
from pathlib import Path
from types import MappingProxyType

from pythonjsonlogger.json import JsonFormatter

Fields = Mapping[str, object]

_log_context: ContextVar[Fields] = ContextVar("about", default=MappingProxyType({}))


@contextmanager
def log_context(**fields: object) -> Iterator[None]:
    """Adds fields to all that is logged inside the block; those that are none are left out."""
    token = _log_context.set(
        {**_log_context.get(), **{name: value for name, value in fields.items() if value is not None}}
    )
    try:
        yield
    finally:
        _log_context.reset(token)


def write_to(folder: Path) -> None:
    """Makes the loggers below ``pytoon`` write into ``folder``, instead of where they wrote before."""
    log = logging.getLogger("pytoon")
    log.setLevel(logging.INFO)
    # Dagster and uvicorn have their own logs.
    log.propagate = False
    for handler in [one for one in log.handlers if isinstance(one, DailyFile)]:
        log.removeHandler(handler)
    log.addHandler(DailyFile(folder))


class DailyFile(logging.Handler):
    """Appends to a file named by the day (UTC). Lines of several processes do not mix: each is written at once."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self.setFormatter(_Formatter("%(levelname)s %(name)s %(message)s", rename_fields=RENAMED))

    def emit(self, record: logging.LogRecord) -> None:
        """Writes records of events; what is only said to somebody at a terminal is none."""
        if not hasattr(record, "event"):
            return
        for name, value in _log_context.get().items():
            if not hasattr(record, name):
                setattr(record, name, value)
        line = self.format(record) + "\n"
        day = datetime.fromtimestamp(record.created, timezone.utc).date()
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._folder / f"{day}.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            try:
                os.write(descriptor, line.encode())
            finally:
                os.close(descriptor)
        except OSError:
            # A disk that is full fails the work itself, which says so to whoever waits for it.
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:
        """Says nothing: there is nowhere to say it."""


RENAMED = {"levelname": "level", "name": "logger"}


class _Formatter(JsonFormatter):
    def add_fields(
        self, log_data: dict[str, object], record: logging.LogRecord, message_dict: dict[str, object]
    ) -> None:
        super().add_fields(log_data, record, message_dict)
        log_data["time"] = datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds")
        log_data.pop("taskName", None)
