"""Options that several commands share."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from pytoon_pipeline.service.sources import RequestOptions

# What ``argparse`` returns for adding commands to a parser.
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add_request_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options that say how the request of an upload is read."""
    parser.add_argument("--preset", metavar="NAME", help="a file in presets/, without .yaml")
    parser.add_argument("--request", type=Path, metavar="FILE", help="a request.yaml outside the upload")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="one field of the request, e.g. max_seconds=30"
    )


def request_options(options: argparse.Namespace) -> "RequestOptions":
    """What a person gave for these options."""
    from pytoon_pipeline.service.sources import RequestOptions

    return RequestOptions(options.request, options.preset, tuple(options.set))
