"""Takes uploads out of everything that is not the store or the catalog: the outbox, the inbox, logs, tables and locks.

Every step finds what is left, so after an interruption the same call does the rest.
"""

import shutil
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from pytoon_pipeline.catalog.inbox_index import InboxIndex
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.intake.inbox import open_inbox
from pytoon_pipeline.intake.inbox_folder import FolderInbox
from pytoon_pipeline.intake.ingest import KEY_DIGITS
from pytoon_pipeline.reporting.log_erasure import Mentions, erase_from_logs, erase_from_tables
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.locks import clear_free_slots
from pytoon_pipeline.runtime.scratch import scratch_dir


def erase_traces(home: Home, keys: Collection[str]) -> tuple[str, ...]:
    """Erases what the home has of the uploads outside of the store, the catalog and Dagster, also files that a person
    changed or added. Returns the names of copies in an inbox that is not Pytoon's own: they stay.
    """
    uploads = Uploads(home)
    found = [uploads.get(key) for key in keys]
    for folder in _folders(home, uploads, keys):
        if folder.is_dir():
            shutil.rmtree(folder)
    remaining = _erase_from_inbox(home, keys)
    mentions = _mentions(uploads, found)
    erase_from_logs(home.logs, mentions)
    erase_from_tables(home.metrics, mentions)
    clear_free_slots(home.slots)
    # Removes the folders of processes that were killed.
    with scratch_dir(home.work):
        pass
    return remaining


def _folders(home: Home, uploads: Uploads, keys: Collection[str]) -> Iterator[Path]:
    """Folders with videos of the uploads; that of their media, where no other format or variant has a part in it."""
    for key in keys:
        yield from (home.root / folder for version in uploads.versions(key) for folder in version.folders)
        yield home.remade / f"{uploads.name(key)}-{key[:KEY_DIGITS]}"
        if set(uploads.of_media(key)) <= set(keys):
            yield from (root / uploads.folder(key) for root in (home.outbox, home.held))


def _mentions(uploads: Uploads, found: Sequence[SourceMedia]) -> Mentions:
    keys = [one.key for one in found]
    names = {
        *(uploads.name(key) for key in keys),
        *(uploads.folder(key) for key in keys),
        *(one.title for one in found),
    }
    files = {item.name for one in found for item in one.items if item.origin != "brand"}
    return Mentions(keys, names, files)


def _erase_from_inbox(home: Home, keys: Collection[str]) -> tuple[str, ...]:
    """Removes the copies in Pytoon's own inbox. The index keeps those that stay: else they are ingested again."""
    index, inbox = InboxIndex(home), open_inbox(home)
    names = [row.name for row in index.rows().values() if row.key in keys]
    if not isinstance(inbox, FolderInbox) or not inbox.own:
        return tuple(names)
    for name in names:
        _remove(inbox.root / name)
    index.forget(names)
    return ()


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
