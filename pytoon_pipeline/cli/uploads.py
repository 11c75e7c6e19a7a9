"""Commands that change uploads: ``submit``, ``regen``, ``release`` and ``remove``."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from pytoon_pipeline.cli.options import Commands, add_request_options, request_options
from pytoon_pipeline.cli.output import add_json_option, print_json, say
from pytoon_pipeline.cli.run_records import has_run, run_records
from pytoon_pipeline.cli.status import NAME_HELP
from pytoon_pipeline.cli.text import printable
from pytoon_pipeline.cli.user import user
from pytoon_pipeline.runtime.home import Home

if TYPE_CHECKING:
    from pytoon_pipeline.contracts.results import RemoveResult

# What happens next to queued uploads.
AUTOMATION = {
    "running": "Queued. The daemon takes it within about 10 s; follow it with “pytoon status TITLE”.",
    "sensor_off": "Queued, but the sensor ingest_uploads is off. Switch it on in the Dagster UI, under Automation.",
    "not_running": "Queued, but nothing is watching {home}. Start it with “pytoon dev”, and leave that running.",
}


def add_commands(commands: Commands) -> None:
    """Adds the commands of this module to the parser."""
    parser = commands.add_parser("submit", help="queue uploads for automatic processing")
    parser.add_argument("path", type=Path, nargs="+", metavar="PATH")
    add_request_options(parser)
    add_json_option(parser)
    parser.set_defaults(run=_submit)

    parser = commands.add_parser("regen", help="regenerate an item of an upload with another seed")
    parser.add_argument("name", metavar="NAME", help=NAME_HELP)
    parser.add_argument(
        "item", metavar="ITEM", help="the item's id, as listed by “pytoon status NAME” and in the manifest"
    )
    parser.add_argument("--reason", required=True, metavar="TEXT", help="the reason; recorded with the new item")
    add_json_option(parser)
    parser.set_defaults(run=_regenerate, example="pytoon regen summer ITEM --reason 'too dark'")

    parser = commands.add_parser("release", help="deliver a video that is held because it can harm viewers")
    parser.add_argument("name", metavar="NAME", help=NAME_HELP)
    parser.add_argument(
        "--reason", default="", metavar="TEXT", help="the reason; recorded in the manifest with time and user"
    )
    add_json_option(parser)
    parser.set_defaults(run=_release)

    parser = commands.add_parser("remove", help="remove an upload with its videos, its files and their results")
    parser.add_argument("name", metavar="NAME", help=NAME_HELP)
    parser.add_argument("--yes", action="store_true", help="remove it without a question")
    add_json_option(parser)
    parser.set_defaults(run=_remove)


def _submit(options: argparse.Namespace) -> int:
    from pytoon_pipeline.service.submit import submit

    home = Home.locate()
    result = submit(home, options.path, request_options(options))
    if options.json:
        print_json(result)
    else:
        print("\n".join(map(printable, result.titles)), flush=True)
    say(AUTOMATION[result.automation].format(home=printable(str(home.root))))
    return 0


def _regenerate(options: argparse.Namespace) -> int:
    from pytoon_pipeline.service.generation import regenerate

    item = regenerate(Home.locate(), options.name, options.item, options.reason)
    if options.json:
        print_json(item)
    else:
        print(item.id)
    return 0


def _release(options: argparse.Namespace) -> int:
    from pytoon_pipeline.service.release import release

    home = Home.locate()
    result = release(home, options.name, user(), options.reason)
    if has_run(home):
        from pytoon_pipeline.defs.release_report import report_release

        report_release(home, str(result.key))
    if options.json:
        print_json(result)
    else:
        print(result.video)
    return 0


def _remove(options: argparse.Namespace) -> int:
    from pytoon_pipeline.cli.prompts import open_prompter
    from pytoon_pipeline.contracts.errors import InvalidInput
    from pytoon_pipeline.service.remove import described, remove

    home = Home.locate()
    upload = described(home, options.name)
    question = f"Remove {printable(upload.text)}? This cannot be undone."
    if not options.yes and not open_prompter(accept_defaults=False).confirm(question, False):
        raise InvalidInput("not_removed", "Nothing was removed.", "To remove it without a question, add --yes.")
    result = remove(home, upload.key, run_records)
    if options.json:
        print_json(result)
    else:
        _print_removed(result)
    return 0


def _print_removed(result: "RemoveResult") -> None:
    print(printable(result.name))
    versions = f"{result.versions} version{'s' * (result.versions != 1)}"
    say(f"Removed: {versions} of the video; {result.bytes_freed / 1e6:.1f} MB left the store.")
    for folder in result.remaining:
        say(f"This folder has files that you changed or added, so it stays: {printable(folder)}")
