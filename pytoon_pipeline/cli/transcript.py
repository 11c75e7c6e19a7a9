"""The command ``transcript``: shows, exports, edits and applies the transcript of an upload."""

import argparse
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from pytoon_pipeline.cli.options import Commands
from pytoon_pipeline.cli.output import add_json_option, print_json, say
from pytoon_pipeline.cli.status import NAME_HELP
from pytoon_pipeline.cli.text import printable
from pytoon_pipeline.contracts.errors import DependencyMissing, InvalidInput
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.settings import TerminalSettings

if TYPE_CHECKING:
    from pytoon_pipeline.contracts.transcript_results import SourceTranscript, TranscriptResult

EDITORS = ("nano", "vi", "notepad")
MAX_LISTED = 20


def add_commands(commands: Commands) -> None:
    """Adds the command of this module to the parser."""
    parser = commands.add_parser("transcript", help="show what is said in a video, or change its words and cut speech")
    parser.add_argument("name", metavar="NAME", help=NAME_HELP)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--edit", action="store_true", help="open the transcript in $EDITOR, and apply what you save")
    what.add_argument("--export", type=Path, metavar="FILE", help="write the transcript to a text file")
    what.add_argument(
        "--apply", type=Path, metavar="FILE", help="apply a corrected transcript, subtitles (.srt, .vtt) or JSON"
    )
    add_json_option(parser)
    parser.set_defaults(run=_transcript, example="pytoon transcript talk --edit")


def _transcript(options: argparse.Namespace) -> int:
    from pytoon_pipeline.service.transcript import apply_file, transcript

    home = Home.locate()
    if options.apply is not None:
        _print(apply_file(home, options.name, options.apply), options.json)
    elif options.edit:
        _print(_edit(home, options.name), options.json)
    elif options.export is not None:
        result = transcript(home, options.name)
        options.export.write_text(result.text, encoding="utf-8")
        print_json(result) if options.json else print(printable(str(options.export)))
    else:
        result = transcript(home, options.name)
        print_json(result) if options.json else print(result.text, end="")
    return 0


def _edit(home: Home, name: str) -> "TranscriptResult":
    """What a person changes in an editor. Text that cannot be applied is kept."""
    from pytoon_pipeline.service.transcript import apply_bytes, transcript

    before = transcript(home, name)
    folder = Path(tempfile.mkdtemp(prefix="pytoon-"))
    path = folder / f"{before.name}.transcript.txt"
    path.write_text(before.text, encoding="utf-8")
    try:
        if subprocess.run([*_editor(), str(path)], check=False).returncode != 0:
            raise InvalidInput(
                "edit_abandoned", "The editor ended with an error, so nothing was changed.", "Try again."
            )
        result = apply_bytes(home, name, path.read_bytes(), path.name)
    except InvalidInput as error:
        say(f"Your text is in {printable(str(path))}; correct it there, and use --apply.")
        raise error
    shutil.rmtree(folder)
    return result


def _editor() -> list[str]:
    """The command of the editor that a person has chosen, else one that is there."""
    terminal = TerminalSettings.load()
    if chosen := (terminal.visual or terminal.editor).strip():
        return shlex.split(chosen, posix=sys.platform != "win32")
    found = next(filter(None, map(shutil.which, EDITORS)), None)
    if found is None:
        raise DependencyMissing(
            "no_editor", "There is no editor.", "Set EDITOR, or use --export FILE and then --apply FILE."
        )
    return [found]


def _print(result: "TranscriptResult", as_json: bool) -> None:
    if as_json:
        print_json(result)
        return
    for source in result.sources:
        for line in _lines(source):
            print(printable(line))
    if result.changed:
        say(f"To make the video with it, type: pytoon render {shlex.quote(printable(result.path))}")
    else:
        say("Nothing has changed.")


def _lines(source: "SourceTranscript") -> list[str]:
    """What is different from the transcript as it was recognised."""
    from pytoon_pipeline.contracts.transcript_edits import clock

    found = [(one.start, f"{clock(one.start)}  “{one.old}” → “{one.new}”") for one in source.changes]
    found += [
        (one.start, f"{clock(one.start)}  cut: “{one.text}”, {one.end - one.start:.1f} s ({one.reason})")
        for one in source.cuts
    ]
    lines = [text for _, text in sorted(found)]
    more = [f"… and {len(lines) - MAX_LISTED} more changes"] if len(lines) > MAX_LISTED else []
    return [*lines[:MAX_LISTED], *more, *source.unfitting]
