"""Commands about speech models: ``models`` and ``models fetch``."""

import argparse
from typing import TYPE_CHECKING

from pytoon_pipeline.cli.options import Commands
from pytoon_pipeline.cli.output import add_json_option, print_json, quiet_streams, say
from pytoon_pipeline.cli.program import program
from pytoon_pipeline.runtime.home import Home

if TYPE_CHECKING:
    from pytoon_pipeline.contracts.results import ModelsResult


def add_commands(commands: Commands) -> None:
    """Adds the commands of this module to the parser."""
    parser = commands.add_parser("models", help="list the speech models, and which one transcribes")
    add_json_option(parser)
    parser.set_defaults(run=_list)
    fetch = parser.add_subparsers(metavar="COMMAND").add_parser("fetch", help="download a speech model")
    fetch.add_argument("name", metavar="NAME", help="a model that “pytoon models” lists, such as base")
    add_json_option(fetch)
    fetch.set_defaults(run=_fetch)


def _list(options: argparse.Namespace) -> int:
    from pytoon_pipeline.service.models import list_models

    return _print(options, list_models(Home.locate()))


def _fetch(options: argparse.Namespace) -> int:
    from pytoon_pipeline.cli.progress import reporter
    from pytoon_pipeline.service.models import fetch

    with reporter() as report, quiet_streams():
        result = fetch(Home.locate(), options.name, report)
    return _print(options, result)


def _print(options: argparse.Namespace, result: "ModelsResult") -> int:
    if options.json:
        print_json(result)
        return 0
    for one in result.models:
        print(f"{one.name:10} {one.megabytes:5} MB  {one.languages:12}  {one.path or '–'}".rstrip())
    if result.used is None:
        say(f"No model transcribes: {result.reason}.")
    else:
        say(f"Used: {result.used}" + (f" ({result.reason})" if result.reason else ""))
    if all(one.path is None for one in result.models):
        say(f"For better words in 99 languages: {program()} models fetch base")
    return 0
