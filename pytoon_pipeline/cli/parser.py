"""The parser of the command line."""

import argparse

from pytoon_pipeline.cli import development, files, machine, rendering, uploads
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.errors import PytoonError
from pytoon_pipeline.contracts.results import ErrorInfo, ErrorResult


def build_parser() -> argparse.ArgumentParser:
    """The parser with all commands.

    Each command sets ``run``, which takes the parsed options and returns the exit code, and may set ``failed``, which
    builds its JSON answer for an error.
    """
    parser = argparse.ArgumentParser(prog="pytoon", description="Compiles media into finished, checked videos.")
    parser.set_defaults(json=False, failed=_error_result)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for group in (rendering, uploads, files, machine, development):
        group.add_commands(commands)
    return parser


def _error_result(error: PytoonError) -> Record:
    return ErrorResult(error=ErrorInfo.of(error))
