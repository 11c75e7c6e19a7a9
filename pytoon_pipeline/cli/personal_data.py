"""Commands about what is kept of people: ``forget`` and ``export``."""

import argparse
from pathlib import Path

from pytoon_pipeline.cli.options import Commands
from pytoon_pipeline.cli.output import add_json_option, print_json, say
from pytoon_pipeline.cli.run_records import run_records
from pytoon_pipeline.cli.status import NAME_HELP
from pytoon_pipeline.cli.text import printable
from pytoon_pipeline.cli.user import actor
from pytoon_pipeline.contracts.access import DEFAULT_TENANT
from pytoon_pipeline.runtime.home import Home


def add_commands(commands: Commands) -> None:
    """Adds the commands of this module to the parser."""
    parser = commands.add_parser("forget", help="erase an upload from everything that Pytoon keeps, logs too")
    parser.add_argument("name", metavar="NAME", help=NAME_HELP)
    parser.add_argument("--yes", action="store_true", help="erase it without a question")
    add_json_option(parser)
    parser.set_defaults(run=_forget)

    parser = commands.add_parser("export", help="write everything that is kept about a tenant into a ZIP")
    parser.add_argument("file", type=Path, metavar="FILE", help="the ZIP to write")
    parser.add_argument("--tenant", default=DEFAULT_TENANT, help="whose renders and uploads (default: %(default)s)")
    parser.set_defaults(run=_export)


def _forget(options: argparse.Namespace) -> int:
    from pytoon_pipeline.cli.prompts import open_prompter
    from pytoon_pipeline.contracts.errors import InvalidInput
    from pytoon_pipeline.service.forget import described, forget

    home = Home.locate()
    question = f"Erase {printable(described(home, options.name, run_records))}? This cannot be undone."
    if not options.yes and not open_prompter(accept_defaults=False).confirm(question, False):
        raise InvalidInput("not_removed", "Nothing was erased.", "To erase it without a question, add --yes.")
    result = forget(home, options.name, run_records, actor())
    if options.json:
        print_json(result)
        return 0
    renders = f"{result.renders} render{'s' * (result.renders != 1)}"
    say(f"Erased: {renders}; {result.bytes_freed / 1e6:.1f} MB left the store.")
    for name in result.remaining:
        say(f"This is still in your own inbox; remove it there: {printable(name)}")
    return 0


def _export(options: argparse.Namespace) -> int:
    from pytoon_pipeline.runtime.atomic import atomic_path
    from pytoon_pipeline.service.export import export_tenant

    with atomic_path(options.file) as tmp_path, tmp_path.open("wb") as file:
        for chunk in export_tenant(Home.locate(), options.tenant, actor()):
            file.write(chunk)
    print(options.file)
    return 0
