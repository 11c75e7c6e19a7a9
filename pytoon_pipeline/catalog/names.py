"""Names of uploads (what people type, and what folders of videos are called) and ids of items."""

import re
import unicodedata
from itertools import count
from pathlib import Path
from string import ascii_lowercase, ascii_uppercase
from typing import TYPE_CHECKING

from pytoon_pipeline.catalog.connection import Connection

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
LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
KEY = re.compile(r"^[0-9a-f]{32}(-[a-z0-9][a-z0-9-]{0,35})?$")


def readable_name(title: str) -> str:
    """A file name close to ``title`` that every file system accepts."""
    plain = unicodedata.normalize("NFKC", title)
    words = re.sub(r"[^\w]+", "-", plain, flags=re.UNICODE).strip("-_")
    return words[:MAX_NAME].strip("-_") or "video"


def folded(name: str) -> str:
    """A name as names are compared: the letters A to Z in lower case, as ``lower`` of the databases has them."""
    return name.translate(LOWER)


def title_with_variant(title: str, key: str) -> str:
    """What tells the videos of the same media apart: “garden (teaser)”."""
    _, _, variant = key.partition("-")
    return f"{title} ({variant})" if variant else title


def unique_name(database: Connection, key: str, title: str) -> str:
    """A name that no other upload has: that of the folder of its media, and the variant of the key.

    The first upload of some media gets the folder ``title``, with a number where other media have that; its formats and
    variants share the folder.
    """
    digits, _, variant = key.partition("-")
    others = database.execute(
        "select key, name from uploads where key = :key or (key > :key || '-' and key < :key || '.') order by key",
        {"key": digits},
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


def _free_folder(database: Connection, title: str) -> str:
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


def _is_used(database: Connection, folder: str) -> bool:
    """Whether an upload has this name, or is a format or variant of media with this folder."""
    if _is_taken(database, folder):
        return True
    query = "select key, name from uploads where lower(name) > :folder || '-' and lower(name) < :folder || '.'"
    within = database.execute(query, {"folder": folded(folder)})
    return any(folded(folder_name(*one)) == folded(folder) for one in within)


def _is_taken(database: Connection, name: str) -> bool:
    return database.execute("select 1 from uploads where lower(name) = ?", (folded(name),)).fetchone() is not None


def item_id(item: "SourceItem") -> str:
    """The kind of the file, by its role or its name, and the first digits of its hash."""
    ending = Path(item.name).suffix.lower()
    kind = next((kind for kind, endings in KINDS.items() if ending in endings), "VID")
    return f"{KINDS_BY_ROLE.get(item.role, kind)}-{item.sha256[:ID_DIGITS]}"
