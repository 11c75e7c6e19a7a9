"""Names of uploads (what people type, and what folders of videos are called) and ids of items."""

import re
import sqlite3
import unicodedata
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytoon_pipeline.contracts.media import SourceItem

MAX_NAME = 60
ID_DIGITS = 12
KINDS = {"IMG": {".png", ".jpg", ".jpeg", ".webp"}, "AUD": {".mp3", ".wav", ".m4a", ".aac", ".flac", ".ogg"}}
KINDS_BY_ROLE = {
    "music": "AUD",
    "voice": "AUD",
    "logo": "IMG",
    "subtitles": "SUB",
    "transcript": "SUB",
    "edits": "SUB",
    "font": "FNT",
}
KEY = re.compile(r"^[0-9a-f]{32}(-[a-z0-9][a-z0-9-]{0,35})?$")


def readable_name(title: str) -> str:
    """A file name close to ``title`` that every file system accepts."""
    plain = unicodedata.normalize("NFKC", title)
    words = re.sub(r"[^\w]+", "-", plain, flags=re.UNICODE).strip("-_")
    return words[:MAX_NAME].strip("-_") or "video"


def title_with_variant(title: str, key: str) -> str:
    """What tells the videos of the same media apart: “garden (teaser)”."""
    _, _, variant = key.partition("-")
    return f"{title} ({variant})" if variant else title


def unique_name(database: sqlite3.Connection, key: str, title: str) -> str:
    """A name that no other upload has: that of the folder of its media, and the variant of the key.

    The first upload of some media gets the folder ``title``, with a number where other media have that; its formats and
    variants share the folder.
    """
    digits, _, variant = key.partition("-")
    others = database.execute(
        "select key, name from uploads where key = ?1 or (key > ?1 || '-' and key < ?1 || '.') order by key", (digits,)
    ).fetchall()
    folder = folder_name(*others[0]) if others else _free_folder(database, title)
    name = "-".join(part for part in (folder, variant) if part)
    taken = _is_taken(database, name)
    return next(one for number in count(2) if not _is_taken(database, one := f"{name}-{number}")) if taken else name


def folder_name(key: str, name: str) -> str:
    """The folder of an upload in the outbox, where all formats and variants of its media lie: its name without its
    variant.
    """
    _, _, variant = key.partition("-")
    return name.removesuffix(f"-{variant}") if variant else name


def _free_folder(database: sqlite3.Connection, title: str) -> str:
    """A folder that no other media have."""
    folder = readable_name(title)
    if KEY.match(folder):
        folder = f"video-{folder}"
    if not _is_used(database, folder):
        return folder
    (same,) = database.execute(
        "select count(distinct substr(key, 1, 32)) from uploads where title = ?", (title,)
    ).fetchone()
    return next(one for number in count(max(2, same)) if not _is_used(database, one := f"{folder}-{number}"))


def _is_used(database: sqlite3.Connection, folder: str) -> bool:
    """Whether an upload has this name, or is a format or variant of media with this folder."""
    if _is_taken(database, folder):
        return True
    within = database.execute("select key, name from uploads where name > ?1 || '-' and name < ?1 || '.'", (folder,))
    return any(folder_name(*one).casefold() == folder.casefold() for one in within)


def _is_taken(database: sqlite3.Connection, name: str) -> bool:
    return database.execute("select 1 from uploads where name = ?", (name,)).fetchone() is not None


def item_id(item: "SourceItem") -> str:
    """The kind of the file, by its role or its name, and the first digits of its hash."""
    ending = Path(item.name).suffix.lower()
    kind = next((kind for kind, endings in KINDS.items() if ending in endings), "VID")
    return f"{KINDS_BY_ROLE.get(item.role, kind)}-{item.sha256[:ID_DIGITS]}"
