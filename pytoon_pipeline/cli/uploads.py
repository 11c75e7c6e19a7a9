"""Commands about uploads: ``submit``, ``status``, ``regen`` and ``release``."""

import argparse
import getpass
import os
from pathlib import Path

from pytoon_pipeline.cli.options import Commands, add_request_options, request_options
from pytoon_pipeline.cli.output import add_json_option, print_json, print_note, printable, say
from pytoon_pipeline.contracts.results import Automation, InboxStatus, UploadStatus
from pytoon_pipeline.contracts.spec.render_spec import Note
from pytoon_pipeline.runtime.home import Home

# What happens next to queued uploads.
AUTOMATION = {
    "running": "Queued. The daemon takes it within about 10 s; follow it with “pytoon status”.",
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

    parser = commands.add_parser("status", help="show the status of all uploads, or of one")
    parser.add_argument("key", nargs="?", metavar="KEY or TITLE")
    add_json_option(parser)
    parser.set_defaults(run=_status)

    parser = commands.add_parser("regen", help="regenerate an item of an upload with another seed")
    parser.add_argument("key", metavar="KEY")
    parser.add_argument(
        "item", metavar="ITEM", help="the item's id, as listed by “pytoon status KEY --json” and in the manifest"
    )
    parser.add_argument("--reason", required=True, metavar="TEXT", help="the reason; recorded with the new item")
    add_json_option(parser)
    parser.set_defaults(run=_regenerate)

    parser = commands.add_parser("release", help="deliver a video that is held because it can harm viewers")
    parser.add_argument("key", metavar="KEY")
    parser.add_argument(
        "--reason", default="", metavar="TEXT", help="the reason; recorded in the manifest with time and user"
    )
    add_json_option(parser)
    parser.set_defaults(run=_release)


def _submit(options: argparse.Namespace) -> int:
    from pytoon_pipeline.service.submit import submit

    home = Home.locate()
    result = submit(home, options.path, request_options(options))
    if not options.json:
        print("\n".join(result.keys), flush=True)
    result = result.model_copy(update={"automation": _automation(home)})
    if options.json:
        print_json(result)
    say(AUTOMATION[result.automation].format(home=printable(str(home.root))))
    return 0


def _automation(home: Home) -> Automation:
    """Whether anything takes what is queued. Imports Dagster, which takes a second, only where it has run before."""
    if not home.dagster.is_dir():
        return "not_running"
    from pytoon_pipeline.defs.watching import automation

    return automation(home)


def _status(options: argparse.Namespace) -> int:
    from pytoon_pipeline.service import status

    home = Home.locate()
    result = status.status(home, options.key) if options.key else status.all_status(home)
    if lost := status.lost_runs(home):
        message = (
            f"Runs whose process has died: {lost}. The daemon, “pytoon render” or “pytoon setup” marks them as failed."
        )
        print_note(Note(code="lost_runs", message=message))
    if options.json:
        print_json(result)
        return 0
    for upload in (result,) if isinstance(result, UploadStatus) else result.uploads:
        _print_upload(upload)
    for entry in () if isinstance(result, UploadStatus) else result.inbox:
        _print_inbox(entry)
    return 0


def _print_upload(upload: UploadStatus) -> None:
    print(f"{upload.key}  {upload.status:9}  {upload.title}")
    if path := upload.video or upload.held:
        print(f"    {path}")
    for reason in upload.degraded.reasons if upload.degraded else ():
        print(f"    degraded: {reason.message} [{reason.code}]")
    if upload.error:
        print(f"    {upload.error.message} {upload.error.hint}")


def _print_inbox(entry: InboxStatus) -> None:
    print(f"inbox: {entry.status:9}  {entry.name}")
    if entry.waiting_for:
        print(f"    {entry.waiting_for}")
    if entry.error:
        print(f"    {entry.error.message} {entry.error.hint}")


def _regenerate(options: argparse.Namespace) -> int:
    from pytoon_pipeline.service.generation import regenerate

    item = regenerate(Home.locate(), options.key, options.item, options.reason)
    if options.json:
        print_json(item)
    else:
        print(item.id)
    return 0


def _release(options: argparse.Namespace) -> int:
    from pytoon_pipeline.service.release import release

    result = release(Home.locate(), options.key, _user(), options.reason)
    if options.json:
        print_json(result)
    else:
        print(result.video)
    return 0


def _user() -> str:
    """The name of the current user, or the user id where it has no name, as in containers."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
