"""The command ``store``."""

import argparse
from typing import TYPE_CHECKING

from pytoon_pipeline.cli.options import Commands
from pytoon_pipeline.cli.output import add_json_option, print_json
from pytoon_pipeline.cli.text import aligned
from pytoon_pipeline.runtime.home import Home

if TYPE_CHECKING:
    from pytoon_pipeline.contracts.storage import StorageResult

RETENTION = {"kept": "kept", "by_rule": "removed when unused"}


def add_commands(commands: Commands) -> None:
    """Adds the command of this module to the parser."""
    parser = commands.add_parser("store", help="show what takes space, and what garbage collection would remove")
    parser.add_argument("--share", action="store_true", help="send all of it to the bucket of PYTOON_STORE")
    add_json_option(parser)
    parser.set_defaults(run=_store)


def _store(options: argparse.Namespace) -> int:
    from pytoon_pipeline.service.storage import share, storage

    if options.share:
        sent = share(Home.locate())
        if options.json:
            print_json(sent)
        else:
            files = f"{sent.files:,} files ({_size(sent.bytes)})"
            print(f"In {sent.address}: {files} and {sent.records:,} results of this home.")
        return 0
    found = storage(Home.locate())
    if options.json:
        print_json(found)
    else:
        _print(found)
    return 0


def _print(found: "StorageResult") -> None:
    rows = [(one.name, f"{one.files:,}", _size(one.bytes), RETENTION[one.retention]) for one in found.classes]
    head = ("WHAT", "FILES", "SIZE", "RETENTION")
    print("\n".join(aligned([head, *rows, ("all", "", _size(found.bytes), "")], right=(1, 2))))
    results = sum(found.removable.values())
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in sorted(found.removable.items()))
    print(f"\nFree on this disk: {_size(found.free_bytes)}.")
    print(
        f"Garbage collection would remove {_size(found.removable_bytes)}"
        + (f" ({results:,} results: {reasons})." if results else ".")
    )
    print(
        f"It removes results that can be computed again: those unused for {found.retention_days:g} days, and more\n"
        f"while the store exceeds {_size(found.limit_bytes)}. It never removes uploads and finished videos."
    )


def _size(count: int) -> str:
    """Bytes as people read them, in units of 1000."""
    value, units = float(count), ["B", "kB", "MB", "GB", "TB"]
    while value >= 999.5 and len(units) > 1:
        value, units = value / 1000, units[1:]
    return f"{value:.0f} {units[0]}" if value >= 99.95 or units[0] == "B" else f"{value:.1f} {units[0]}"
