"""The list of ``pytoon status``: a row per upload, aligned to the terminal."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from pytoon_pipeline.catalog.names import readable_name
from pytoon_pipeline.cli.text import age, fit, printable, terminal_width, width

Values = Mapping[str, Any]

STATUS, VERSION, AGE = 9, 4, 6
FIXED = STATUS + VERSION + AGE + 6
# Titles get this share of what the fixed columns leave, but not less than so many columns.
TITLE_SHARE, MIN_TITLE, MAX_TITLE = 0.4, 12, 60
# In a narrower column, a reason stands on a line of its own.
MIN_REASON = 24
INDENT = "    "


def print_uploads(uploads: Sequence[Values]) -> None:
    """A row for each upload: status, version, age, title and reason."""
    if not uploads:
        return
    total = terminal_width()
    titles = [_title(upload) for upload in uploads]
    longest = max(MIN_TITLE, min(MAX_TITLE, max(map(width, titles))))
    columns = longest
    if total is not None:
        free = max(1, total - FIXED)
        with_reason = max(MIN_TITLE, int(free * TITLE_SHARE))
        columns = min(longest, with_reason if free - with_reason - 2 >= MIN_REASON else free)
    print(f"{'STATUS':{STATUS}}  {'VERS':{VERSION}}  {'AGE':{AGE}}  {fit('TITLE', columns)}  REASON"[:total].rstrip())
    for upload, title in zip(uploads, titles, strict=True):
        for line in _lines(upload, title, columns, total):
            print(line.rstrip())


def _lines(upload: Values, title: str, columns: int, total: int | None) -> list[str]:
    version = f"v{upload['version']}" if upload["version"] else ""
    row = f"{upload['status']:{STATUS}}  {version:{VERSION}}  {fit(age(upload['at']), AGE)}  {fit(title, columns)}"
    reason = printable(upload["reason"] or "")
    if total is None:
        return [f"{row}  {reason}"]
    free = total - FIXED - columns - 2
    if free >= MIN_REASON:
        return [f"{row}  {fit(reason, free, pad=False)}"]
    return [fit(row, total), *([INDENT + fit(reason, max(1, total - len(INDENT)), pad=False)] if reason else [])]


def _title(upload: Values) -> str:
    """The title, with the name where the title alone does not say it."""
    title, name = printable(upload["title"]), upload["name"]
    return title if readable_name(upload["title"]) == name else f"{title} ({name})"


def print_rest(rest: Counter[str], states: Sequence[str]) -> None:
    """How many more uploads there are in each state, and how to see them."""
    if rest:
        counts = ", ".join(f"{rest[state]:,} {state}" for state in states if rest[state])
        print(f"… and {rest.total():,} more: {counts}.")
        print("See them with --all or --state STATE; “pytoon status NAME” shows all about one.")


def print_inbox(waiting: Sequence[Values]) -> None:
    """What is in the inbox and did not become an upload."""
    for entry in waiting:
        print(f"inbox: {entry['status']:9}  {printable(entry['name'])}")
        if entry["waiting_for"]:
            print(f"{INDENT}{printable(entry['waiting_for'])}")
        if entry["error"]:
            print(f"{INDENT}{printable(entry['error']['message'])} {printable(entry['error']['hint'])}")
