"""The command ``quota``: shows and sets what a tenant may use."""

import argparse

from pytoon_pipeline.cli.options import Commands
from pytoon_pipeline.cli.output import add_json_option, print_json
from pytoon_pipeline.cli.user import actor
from pytoon_pipeline.runtime.home import Home

LIMITS = {
    "renders_per_day": "renders in 24 hours",
    "seconds_per_day": "seconds of video in 24 hours",
    "concurrent": "renders that wait or are in progress",
    "bytes_stored": "bytes of uploads",
}


def add_commands(commands: Commands) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser("quota", help="show or set what a tenant may use over the HTTP API")
    parser.add_argument("tenant", metavar="TENANT", help="whose limits, such as default")
    for name, meaning in LIMITS.items():
        option = f"--{name.replace('_', '-')}"
        parser.add_argument(option, metavar="N", default=argparse.SUPPRESS, help=f"how many {meaning}; none: no limit")
    add_json_option(parser)
    parser.set_defaults(run=_quota)


def _quota(options: argparse.Namespace) -> int:
    from pytoon_pipeline.service.quotas import set_quota

    given = {name: getattr(options, name) for name in LIMITS if hasattr(options, name)}
    changes = {name: None if value == "none" else value for name, value in given.items()}
    result = set_quota(Home.locate(), options.tenant, changes, actor())
    if options.json:
        print_json(result)
        return 0
    for name, meaning in LIMITS.items():
        limit = getattr(result.limits, name)
        shown = "no limit" if limit is None else f"of {limit:,.0f}"
        print(f"{name.replace('_', '-'):16} {getattr(result.used, name):14,.0f} {shown:20} {meaning}")
    return 0
