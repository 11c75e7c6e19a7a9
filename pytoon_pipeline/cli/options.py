"""Options that several commands share."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from pytoon_pipeline.service.sources import RequestOptions

# What ``argparse`` returns for adding commands to a parser.
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

MAX_PORT = 65535


def add_request_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options that say how the request of an upload is read."""
    parser.add_argument(
        "--output",
        action="append",
        metavar="FORMATS",
        help="aspect ratio, resolution and codec of each version, such as '1:1, 16:9 4k hevc'; can be repeated; "
        "without it, 9:16",
    )
    parser.add_argument("--preset", metavar="NAME", help="a preset; “pytoon presets” lists them")
    parser.add_argument("--request", type=Path, metavar="FILE", help="a request.yaml outside the upload")
    parser.add_argument("--music", type=Path, metavar="FILE", help="music, from anywhere")
    parser.add_argument("--voice", type=Path, metavar="FILE", help="a voice-over, from anywhere")
    parser.add_argument("--logo", type=Path, metavar="FILE", help="a picture for the corner of a video, from anywhere")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a field of the request or a setting of the preset, such as text='Our summer' or headline.colour=gold; "
        "one photo is named by its file: media.beach.jpg.text='Day one'",
    )


def request_options(options: argparse.Namespace) -> "RequestOptions":
    """What a person gave for these options. Raises ``InvalidInput`` for a path that the shell has split."""
    from pytoon_pipeline.cli.unquoted import check_quotes
    from pytoon_pipeline.intake.attachments import Attachable
    from pytoon_pipeline.service.sources import RequestOptions

    check_quotes(options.path, options.parser.prog, options.parser.given)
    named: dict[Attachable, Path | None] = {"music": options.music, "voice": options.voice, "logo": options.logo}
    files: dict[Attachable, Path] = {role: path for role, path in named.items() if path is not None}
    outputs = () if options.output is None else (f"outputs={','.join(options.output)}",)
    return RequestOptions(options.request, options.preset, (*options.set, *outputs), files)


def port(text: str) -> int:
    """A port of this machine; 0 stands for a free one."""
    if text.isascii() and text.isdigit() and len(text) <= 5 and int(text) <= MAX_PORT:
        return int(text)
    raise argparse.ArgumentTypeError(f"“{text[:40]}” is not a port: use a number from 0 to {MAX_PORT}")
