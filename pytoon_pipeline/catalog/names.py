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
    """A name that no other upload has: ``title``, the variant of the key, and a number where that is taken."""
    _, _, variant = key.partition("-")
    name = "-".join(part for part in (readable_name(title), variant) if part)
    if KEY.match(name):
        name = f"video-{name}"
    if not _is_taken(database, name):
        return name
    (same,) = database.execute("select count(*) from uploads where title = ?", (title,)).fetchone()
    return next(one for number in count(max(2, same)) if not _is_taken(database, one := f"{name}-{number}"))


def _is_taken(database: sqlite3.Connection, name: str) -> bool:
    return database.execute("select 1 from uploads where name = ?", (name,)).fetchone() is not None


def item_id(item: "SourceItem") -> str:
    """The kind of the file, by its role or its name, and the first digits of its hash."""
    ending = Path(item.name).suffix.lower()
    kind = next((kind for kind, endings in KINDS.items() if ending in endings), "VID")
    return f"{KINDS_BY_ROLE.get(item.role, kind)}-{item.sha256[:ID_DIGITS]}"
