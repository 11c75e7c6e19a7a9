"""The command ``kpis``."""

import argparse
from typing import TYPE_CHECKING

from pytoon_pipeline.cli.options import Commands
from pytoon_pipeline.cli.output import add_json_option, print_json
from pytoon_pipeline.cli.text import aligned
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
    """A table whose columns but the first are numbers."""
    return "\n".join(aligned([table.head, *table.rows], right=range(1, len(table.head))))
