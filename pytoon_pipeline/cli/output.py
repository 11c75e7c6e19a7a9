"""What commands print: results to standard output, progress, notes and errors to standard error."""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TextIO

from pytoon_pipeline.cli.text import printable
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.errors import PytoonError

if TYPE_CHECKING:
    from pytoon_pipeline.contracts.render_results import ErrorInfo, Retry
    from pytoon_pipeline.contracts.spec.render_spec import Note


def add_json_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print the result as one JSON object")


def print_json(result: Record) -> None:
    """Prints a result as one line of JSON."""
    print(result.model_dump_json())


def say(line: str, stream: TextIO | None = None) -> None:
    """Prints a line to ``stream``, by default standard error. When nobody can read it, the work goes on."""
    if (target := stream or sys.stderr) is not None:
        with suppress(OSError, ValueError):
            target.write(f"{line}\n")
            target.flush()


@contextmanager
def own_standard_error() -> Iterator[TextIO | None]:
    """Standard error, of which nobody else can redirect this copy: Dagster sends all output of a run to its logs."""
    try:
        copy = os.dup(sys.stderr.fileno())
    except (AttributeError, OSError):
        # Closed by the shell, or replaced by an object without a file.
        yield sys.stderr
        return
    stream = os.fdopen(copy, "w", encoding=sys.stderr.encoding, errors="backslashreplace")
    try:
        yield stream
    finally:
        # Its reader may be gone.
        with suppress(OSError):
            stream.close()


@contextmanager
def quiet_streams() -> Iterator[None]:
    """While the block runs, what libraries and their programs print goes nowhere; Dagster keeps that of runs.

    Standard output has to stay one path or one object, and the line on the terminal in one piece.
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    copies = {}
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError, ValueError):
            stream.flush()
            copies[stream.fileno()] = os.dup(stream.fileno())
    try:
        for number in copies:
            os.dup2(nowhere, number)
        yield
    finally:
        for number, copy in copies.items():
            os.dup2(copy, number)
            os.close(copy)
        os.close(nowhere)


def note_line(note: "Note") -> str:
    return f"note: {printable(note.message)} [{note.code}]"


def retry_line(retry: "Retry") -> str:
    from pytoon_pipeline.operations.remedies import MAX_ATTEMPTS

    number = f"{retry.attempt} of {MAX_ATTEMPTS}" if retry.attempt <= MAX_ATTEMPTS else f"{retry.attempt}, the last"
    return f"attempt {number}: {printable(retry.remedy)}. The one before failed its check: {printable(retry.reason)}"


def print_note(note: "Note") -> None:
    say(note_line(note))


def print_error(error: "PytoonError | ErrorInfo") -> None:
    say(f"error: {printable(error.message)} [{error.code}]\n  {printable(error.hint)}")
