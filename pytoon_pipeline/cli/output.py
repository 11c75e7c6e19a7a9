"""What commands print: results to standard output, progress, notes and errors to standard error."""

import argparse
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.errors import PytoonError

if TYPE_CHECKING:
    from pytoon_pipeline.contracts.results import ErrorInfo, StageStatus
    from pytoon_pipeline.contracts.spec.render_spec import Note


def add_json_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print the result as one JSON object")


def print_json(result: Record) -> None:
    """Prints a result as one line of JSON."""
    print(result.model_dump_json())


def print_note(note: "Note") -> None:
    print(f"note: {note.message} [{note.code}]", file=sys.stderr)


def print_error(error: "PytoonError | ErrorInfo") -> None:
    print(f"error: {error.message} [{error.code}]\n  {error.hint}", file=sys.stderr)


class ConsoleProgress:
    """Writes one line per stage and, on a terminal, how many segments are ready. Works on when the reader is gone."""

    def stage_finished(self, stage: "StageStatus") -> None:
        with suppress(BrokenPipeError):
            sys.stderr.write(f"\r{stage.name:18} {stage.status:9} {stage.seconds:7.2f} s\n")
            sys.stderr.flush()

    def segments_ready(self, ready: int, total: int) -> None:
        with suppress(BrokenPipeError):
            if sys.stderr.isatty():
                sys.stderr.write(f"\rrendering {ready} of {total} ")
                sys.stderr.flush()
