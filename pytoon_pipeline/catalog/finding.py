"""Finds the upload that a person means: by key, name, title, a unique prefix of one, or the path that was rendered."""

import re
from pathlib import Path

from pytoon_pipeline.catalog.connection import Connection
from pytoon_pipeline.catalog.database import Database
from pytoon_pipeline.catalog.names import folded
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.runtime.files import printable_name
from pytoon_pipeline.runtime.home import Home

MAX_NAMED, MAX_SHOWN, MAX_SUGGESTED = 5, 80, 3
# How similar a name has to be to be suggested: 0 for all, 1 for equal ones.
MIN_SIMILARITY = 0.6
# Comes after every text that begins with the same characters.
VERSION_FOLDER = re.compile(r"(?P<name>.+)\.v(?P<version>\d{1,6})(\.degraded)?")
LAST = "\U0010ffff"

# The first query that finds something decides.
BY_TEXT = (
    "select key, name from uploads where key = :text",
    "select key, name from uploads where lower(name) = :folded",
    "select key, name from uploads where title = :text",
)
BY_PATH = """
select distinct uploads.key, name from files join uploads on uploads.key = files.key
where origin = :path or (origin >= :folder and origin < :folder || :last)
"""
BY_PREFIX = """
select key, name from uploads where :text != '' and (
    (key >= :text and key < :text || :last) or (lower(name) >= :folded and lower(name) < :folded || :last)
    or (title >= :text and title < :text || :last)
)
"""


def split_version(name: str) -> tuple[str, int | None]:
    """The name of an upload and a version, from the name of a folder of the outbox, such as ``summer.v2``."""
    found = VERSION_FOLDER.fullmatch(name)
    return (found["name"], int(found["version"])) if found else (name, None)


def find_key(home: Home, text: str) -> str:
    """The key of the upload that ``text`` names. Raises ``InvalidInput`` when there is none, or more than one."""
    text = printable_name(text)
    with Database(home).read() as database:
        # A title may look like the folder of a version.
        for name in dict.fromkeys((text, split_version(text)[0])):
            if found := _named(database, name):
                if len(found) > 1:
                    raise _ambiguous(name, sorted(found.values()))
                return next(iter(found))
        raise unknown_upload(text, suggestions(database, text))


def find_key_of(home: Home, tenant: str, text: str) -> str:
    """The key of an upload of a tenant, by its key or name.

    Raises ``InvalidInput``, which is the same whether there is no such upload or it belongs to another tenant.
    """
    query = "select key from uploads where tenant = :tenant and (key = :text or lower(name) = :folded)"
    name = printable_name(text)
    with Database(home).read() as database:
        found = database.execute(query, {"tenant": tenant, "text": name, "folded": folded(name)}).fetchone()
    if found is None:
        raise unknown_upload(text, [])
    return str(found[0])


def _named(database: Connection, text: str) -> dict[str, str]:
    """The uploads that ``text`` may stand for, as names by key."""
    path = Path(text)
    values = {"text": text, "folded": folded(text), "last": LAST}
    values |= {"path": str(path.resolve()), "folder": f"{path.resolve()}/"}
    queries = (*BY_TEXT, *([BY_PATH] if path.exists() else []), BY_PREFIX)
    return next((found for query in queries if (found := dict(database.execute(query, values).fetchall()))), {})


def suggestions(database: Connection, text: str) -> list[str]:
    """Names and titles of uploads that are similar to ``text``."""
    from difflib import get_close_matches

    known: dict[str, str] = {}
    for name, title in database.execute("select name, title from uploads order by registered"):
        known |= {title.casefold(): title, name.casefold(): name}
    close = get_close_matches(text.casefold()[:MAX_SHOWN], known, MAX_SUGGESTED, MIN_SIMILARITY)
    return [known[one] for one in close]


def unknown_upload(text: str, similar: list[str]) -> InvalidInput:
    """The error for a name that no upload has."""
    meant = f"Did you mean {_quoted(similar, ' or ')}? " if similar else ""
    return InvalidInput(
        "unknown_upload",
        f"There is no video called “{printable_name(text)[:MAX_SHOWN]}”.",
        f"{meant}To see the names, type: pytoon status --all",
    )


def _ambiguous(text: str, names: list[str]) -> InvalidInput:
    more = f" … and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    return InvalidInput(
        "ambiguous_upload",
        f"“{printable_name(text)[:MAX_SHOWN]}” stands for {len(names)} uploads.",
        f"Use one of their names: {_quoted(names[:MAX_NAMED], ', ')}{more}.",
    )


def _quoted(names: list[str], joint: str) -> str:
    return joint.join(f"“{printable_name(name)[:MAX_SHOWN]}”" for name in names)
