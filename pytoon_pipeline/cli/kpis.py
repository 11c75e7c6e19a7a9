"""The command ``kpis``."""

import argparse
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pytoon_pipeline.cli.options import Commands
from pytoon_pipeline.cli.output import add_json_option, print_json
from pytoon_pipeline.cli.text import printable, width
from pytoon_pipeline.runtime.home import Home

if TYPE_CHECKING:
    from pytoon_pipeline.reporting.kpi_tables import Table


def add_commands(commands: Commands) -> None:
    """Adds the command of this module to the parser."""
    parser = commands.add_parser("kpis", help="show rates, times and sizes over all videos")
    add_json_option(parser)
    parser.set_defaults(run=_kpis)


def _kpis(options: argparse.Namespace) -> int:
    from pytoon_pipeline.reporting.kpi_tables import tables
    from pytoon_pipeline.service.kpis import current_kpis

    found = current_kpis(Home.locate())
    if options.json:
        print_json(found)
        return 0
    print("\n\n".join(map(_text, tables(found))))
    return 0


def _text(table: "Table") -> str:
    """A table with aligned columns; all but the first are numbers, and aligned to the right."""
    rows = [table.head, *(tuple(map(printable, row)) for row in table.rows)]
    columns = [max(width(row[n]) for row in rows) for n in range(len(table.head))]
    return "\n".join("  ".join(_aligned(row, columns)).rstrip() for row in rows)


def _aligned(row: Sequence[str], columns: Sequence[int]) -> Iterator[str]:
    for n, (value, size) in enumerate(zip(row, columns, strict=True)):
        space = " " * (size - width(value))
        yield space + value if n else value + space
