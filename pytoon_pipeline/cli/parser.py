"""The parser of the command line."""

import argparse
from typing import Any

from pytoon_pipeline.cli import (
    audit,
    development,
    files,
    keys,
    kpis,
    machine,
    models,
    new,
    personal_data,
    presets,
    quota,
    rendering,
    standby,
    status,
    store,
    transcript,
    uploads,
    users,
)
from pytoon_pipeline.cli.usage import CommandParser
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.errors import PytoonError


def build_parser() -> CommandParser:
    """The parser with all commands.

    Each command sets ``run``, which takes the parsed options and returns the exit code, and may set ``failed``, which
    builds its JSON answer for an error.
    """
    parser = CommandParser(prog="pytoon", description="Compiles media into finished, checked videos.")
    parser.add_argument("--version", action=_ShowVersion, nargs=0, help="show the version of Pytoon")
    parser.set_defaults(json=False, failed=_error_result)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for group in (
        rendering,
        new,
        presets,
        uploads,
        status,
        transcript,
        files,
        kpis,
        machine,
        keys,
        users,
        quota,
        audit,
        personal_data,
        models,
        store,
        development,
        standby,
    ):
        group.add_commands(commands)
    return parser


class _ShowVersion(argparse.Action):
    """Prints the version. Reading it takes longer than parsing, so it is read only here."""

    def __call__(self, parser: argparse.ArgumentParser, *args: Any, **options: Any) -> None:
        from importlib.metadata import version

        parser.exit(0, f"pytoon {version('pytoon-pipeline')}\n")


def _error_result(error: PytoonError) -> Record:
    from pytoon_pipeline.contracts.render_results import ErrorInfo
    from pytoon_pipeline.contracts.results import ErrorResult

    return ErrorResult(error=ErrorInfo.of(error))
