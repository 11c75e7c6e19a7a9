"""Commands that render: ``render`` and ``remake``."""

import argparse
import shlex
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from pytoon_pipeline.cli.options import Commands, add_request_options, request_options
from pytoon_pipeline.cli.output import add_json_option, print_error, print_json, quiet_streams, say
from pytoon_pipeline.cli.program import program
from pytoon_pipeline.cli.text import printable
from pytoon_pipeline.contracts.errors import InvalidInput, PytoonError
from pytoon_pipeline.runtime.home import Home

if TYPE_CHECKING:
    from pytoon_pipeline.contracts.render_results import RenderResult
    from pytoon_pipeline.service.runner import Notify, Runner


VIDEOS = (".mp4", ".mov", ".webm", ".mkv")


def add_commands(commands: Commands) -> None:
    """Adds the commands of this module to the parser."""
    parser = commands.add_parser("render", help="render a video from a folder, or from photos and clips")
    parser.add_argument(
        "path", type=Path, nargs="+", metavar="PATH", help="a folder with or without request.yaml, or files in order"
    )
    add_request_options(parser)
    parser.add_argument("--out", type=Path, metavar="DIR", help="also copy the results into this folder")
    parser.add_argument(
        "--highlights", type=int, metavar="N", help="render the N best parts of a long talk, a video each"
    )
    add_json_option(parser)
    parser.set_defaults(run=_render, failed=_failed)

    parser = commands.add_parser("remake", help="render a delivered video again from its manifest, and compare the two")
    parser.add_argument("manifest", type=Path, metavar="MANIFEST")
    parser.add_argument(
        "--media", type=Path, metavar="DIR", help="folder with source files that PYTOON_HOME does not have"
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder for the video (default: in PYTOON_HOME)")
    add_json_option(parser)
    parser.set_defaults(run=_remake)


def open_runner(home: Home, notify: "Notify") -> "AbstractContextManager[Runner]":
    """The Dagster runner of ``home``. Imports Dagster, which takes longer than answering from the store.

    Raises ``DependencyMissing`` where no video can be rendered.
    """
    from pytoon_pipeline.definitions import defs
    from pytoon_pipeline.defs import running
    from pytoon_pipeline.defs.jobs import COMPILE
    from pytoon_pipeline.media.opencv import check_opencv

    check_opencv()
    return running.open_runner(defs().resolve_job_def(COMPILE), home, notify)


def _failed(error: PytoonError) -> "RenderResult":
    from pytoon_pipeline.contracts.render_results import ErrorInfo, RenderResult

    return RenderResult(status="failed", error=ErrorInfo.of(error))


def _check_out(out: Path | None) -> None:
    """Raises ``InvalidInput`` for the name of a video, which people give for a file and which would become a folder."""
    if out is not None and out.suffix.lower() in VIDEOS and not out.is_dir():
        folder = shlex.quote(printable(str(out.with_suffix(""))))
        raise InvalidInput(
            "not_a_folder",
            f"--out takes a folder, and “{printable(out.name)}” is the name of a video.",
            f"Pytoon names the video itself. Give only a folder: --out {folder}",
        )


def _render(options: argparse.Namespace) -> int:
    from pytoon_pipeline.cli.progress import reporter
    from pytoon_pipeline.service.render import RenderTask, render

    _check_out(options.out)
    first, *more = options.path
    if options.highlights is not None:
        options.set.append(f"highlights.count={options.highlights}")
    task = RenderTask(first, request_options(options), options.out, tuple(more))
    with reporter() as report:
        with quiet_streams():
            result = render(Home.locate(), task, open_runner, report)
        report.decisions(result.decisions)
        report.notes(result.notes)
    if options.json:
        print_json(result)
    for output in (result, *result.other_outputs):
        _show(output, options.json)
    return 1 if any(one.error for one in (result, *result.other_outputs)) else 0


def _show(result: "RenderResult", json: bool) -> None:
    """Prints what was made in one format; with ``json``, only what does not go to standard output."""
    if not json and result.highlights:
        for one in result.highlights:
            print(one.video or f"– highlight {one.rank} has no video", flush=True)
            say(f"  {one.score:.0f} of 100: {one.title or '–'} ({', '.join(one.reasons)})")
    elif not json and result.video:
        print(result.video, flush=True)
    if result.video and not result.highlights:
        from pytoon_pipeline.cli.summary import summary

        say(summary(result))
        say(f"Open it with: {program()} open {shlex.quote(printable(result.name or ''))}")
    if result.error:
        print_error(result.error)


def _remake(options: argparse.Namespace) -> int:
    from pytoon_pipeline.cli.progress import reporter
    from pytoon_pipeline.runtime.progress import listen
    from pytoon_pipeline.service.remake import remake

    with reporter() as report, listen(report), quiet_streams():
        result = remake(Home.locate(), options.manifest, options.media, options.out)
    if options.json:
        print_json(result)
    else:
        print(result.video)
    if result.error:
        print_error(result.error)
        return 1
    if not options.json:
        say("Video and audio packets are identical to the original.")
    return 0
