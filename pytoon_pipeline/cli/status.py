"""Commands that look at uploads and continue them: ``status``, ``history``, ``open`` and ``retry``.

``status`` answers for 100,000 uploads in a third of a second, so it imports typed answers only for single uploads.
"""

import argparse
import sys
from collections.abc import Sequence

from pytoon_pipeline.cli.options import Commands
from pytoon_pipeline.cli.output import add_json_option, print_json, print_note, say
from pytoon_pipeline.contracts.upload_states import STATES
from pytoon_pipeline.runtime.home import Home

MAX_ROWS = 20
NAME_HELP = "an upload: its name, title or key, the beginning of one, or the path that was rendered"


def add_commands(commands: Commands) -> None:
    """Adds the commands of this module to the parser."""
    parser = commands.add_parser("status", help="list uploads, or show all about some")
    parser.add_argument("names", nargs="*", metavar="NAME", help=NAME_HELP)
    parser.add_argument("--all", action="store_true", help=f"list all uploads, not only {MAX_ROWS}")
    parser.add_argument("--state", choices=STATES, help="list only uploads in this state")
    add_json_option(parser)
    parser.set_defaults(run=_status)

    parser = commands.add_parser("history", help="list the versions of a video and what changed in each")
    parser.add_argument("name", metavar="NAME", help=NAME_HELP)
    add_json_option(parser)
    parser.set_defaults(run=_history)

    parser = commands.add_parser("open", help="open a finished video")
    parser.add_argument("name", metavar="NAME", help=NAME_HELP)
    parser.add_argument(
        "--version",
        type=int,
        metavar="N",
        help="the number of a version, which “pytoon history NAME” lists; without it, the latest opens",
    )
    parser.add_argument("--folder", action="store_true", help="open the video's folder")
    add_json_option(parser)
    parser.set_defaults(run=_open)

    parser = commands.add_parser("retry", help="queue failed or stopped uploads again; finished stages are kept")
    parser.add_argument("names", nargs="+", metavar="NAME", help=NAME_HELP)
    add_json_option(parser)
    parser.set_defaults(run=_retry)


def _status(options: argparse.Namespace) -> int:
    from pytoon_pipeline.service import overview

    home = Home.locate()
    if lost := overview.lost_runs(home):
        _print_lost_runs(lost)
    if options.names:
        _show(home, options.names, options.json)
        return 0
    if options.json:
        print(overview.all_as_json(home, options.state))
        return 0
    found = overview.listing(home, options.state, None if options.all else MAX_ROWS)
    waiting = [] if options.state else overview.inbox(home)
    from pytoon_pipeline.cli import tables

    tables.print_uploads(found.shown)
    tables.print_rest(found.rest, STATES)
    tables.print_inbox(waiting)
    if not found.shown and not waiting and not options.state:
        print(
            "There are no uploads. “pytoon render PATH” makes a video, “pytoon submit PATH” queues one.",
            file=sys.stderr,
        )
    return 0


def _print_lost_runs(lost: int) -> None:
    from pytoon_pipeline.contracts.spec.render_spec import Note

    message = (
        f"Runs whose process has died: {lost}. The daemon, “pytoon render” or “pytoon setup” marks them as failed."
    )
    print_note(Note(code="lost_runs", message=message))


def _show(home: Home, names: Sequence[str], as_json: bool) -> None:
    from pytoon_pipeline.cli import details
    from pytoon_pipeline.service.status import status_of

    result = status_of(home, names)
    if as_json:
        print_json(result.uploads[0] if len(names) == 1 else result)
        return
    print("\n\n".join(details.of_upload(one) for one in result.uploads))


def _history(options: argparse.Namespace) -> int:
    from pytoon_pipeline.cli import details
    from pytoon_pipeline.service.history import history

    result = history(Home.locate(), options.name)
    if options.json:
        print_json(result)
    else:
        print(details.of_history(result))
    return 0


def _open(options: argparse.Namespace) -> int:
    from pytoon_pipeline.cli.opener import open_path
    from pytoon_pipeline.contracts.results import OpenResult
    from pytoon_pipeline.service.history import locate

    video = locate(Home.locate(), options.name, options.version)
    path = video.parent if options.folder else video
    opened = open_path(path)
    if options.json:
        print_json(OpenResult(path=str(path), opened=opened))
    else:
        print(path)
        if not opened:
            say("No program could show it here, so this is only its path.")
    return 0


def _retry(options: argparse.Namespace) -> int:
    from pytoon_pipeline.service.retry import retry

    result = retry(Home.locate(), options.names)
    if options.json:
        print_json(result)
    else:
        print("\n".join(result.names))
    return 0
