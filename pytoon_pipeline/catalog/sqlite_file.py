"""The catalog in one SQLite file of the home.

The standard library's ``sqlite3`` is used directly: importing SQLAlchemy takes 0.38 s, longer than all of
``pytoon status`` may take.
"""

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

from pytoon_pipeline.catalog import schema
from pytoon_pipeline.catalog.dialects import SQLITE
from pytoon_pipeline.contracts.errors import DependencyMissing, PytoonError, TransientError, storage_unwritable
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.sqlite_files import purge

# How long a transaction waits for those of other processes; each takes milliseconds.
BUSY_SECONDS = 30
# What a home has that keeps its catalog in files.
JSON_LAYOUT = ("uploads", "registry", "inbox.sqlite")


class SqliteFile:
    """See ``Database``."""

    dialect = SQLITE

    def __init__(self, home: Home) -> None:
        self._home = home
        self._path = home.catalog

    @property
    def address(self) -> str:
        return str(self._path)

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """The database for reading; changes nothing on disk.

        A database of an earlier version, or a home that keeps its catalog in JSON files, is read through an upgraded
        copy in memory.
        """
        with _errors_of(self._path), closing(self._open_for_reading()) as opened:
            yield opened

    @contextmanager
    def write(self, *, durable: bool = True) -> Iterator[sqlite3.Connection]:
        """The database for one change, which is committed at the end of the block. Creates or upgrades it first.

        A change that is not ``durable`` does not wait for the disk: after a power failure it may be missing.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with _errors_of(self._path), closing(self._connect("rwc")) as opened:
            found = self._version(opened)
            if found == 0:
                # Readers and one writer do not wait for each other. Of several processes that create the database, one
                # sets the mode; SQLite does not let the others wait for that.
                with suppress(sqlite3.OperationalError):
                    opened.execute("pragma journal_mode = wal")
            if not durable:
                opened.execute("pragma synchronous = normal")
            opened.execute("begin immediate")
            try:
                if found < len(schema.MIGRATIONS):
                    self._upgrade(opened)
                yield opened
            except BaseException:
                # SQLite itself ends a transaction for which the disk has no space.
                if opened.in_transaction:
                    opened.execute("rollback")
                raise
            opened.execute("commit")

    @contextmanager
    def kept_open(self) -> Iterator[None]:
        """Inside the block, transactions of this process do not write the log back and wait for the disk, as closing
        the last connection does. A fork must not inherit an open database. Whatever is wrong with it is an error of the
        transaction that needs it.
        """
        with ExitStack() as kept:
            with suppress(sqlite3.Error):
                opened = kept.enter_context(closing(self._connect("rw")))
                # A connection holds the database from its first query on.
                opened.execute("select count(*) from sqlite_master").fetchone()
            yield

    def purge(self) -> None:
        purge(self._path)

    def _open_for_reading(self) -> sqlite3.Connection:
        exists = self._path.exists()
        opened = self._connect("rw") if exists else _connect(":memory:")
        try:
            if exists and self._version(opened) == len(schema.MIGRATIONS):
                opened.execute("pragma query_only = on")
                return opened
            copy = _connect(":memory:")
            opened.backup(copy)
            self._upgrade(copy)
        except BaseException:
            opened.close()
            raise
        opened.close()
        return copy

    def _upgrade(self, opened: sqlite3.Connection) -> None:
        """Brings the tables up to date; a new database takes over the files of a home that has no database yet."""
        found = self._version(opened)
        for statement in schema.statements(SQLITE, found):
            opened.execute(statement)
        opened.execute(f"pragma user_version = {len(schema.MIGRATIONS)}")
        if found == 0 and any((self._home.root / name).exists() for name in JSON_LAYOUT):
            from pytoon_pipeline.catalog.json_layout import import_files

            import_files(self._home, opened)

    def _version(self, opened: sqlite3.Connection) -> int:
        """The version of the schema. Raises ``DependencyMissing`` for one that this version does not know."""
        (found,) = opened.execute("pragma user_version").fetchone()
        if found > len(schema.MIGRATIONS):
            raise written_by_newer(self._path)
        return int(found)

    def _connect(self, mode: str) -> sqlite3.Connection:
        return _connect(f"{self._path.absolute().as_uri()}?mode={mode}")


def _connect(name: str) -> sqlite3.Connection:
    return sqlite3.connect(name, timeout=BUSY_SECONDS, isolation_level=None, uri=True)


def written_by_newer(address: object) -> DependencyMissing:
    """The error for a catalog that a newer version of Pytoon has changed."""
    return DependencyMissing(
        "catalog_newer",
        f"The catalog {address} was written by a newer version of Pytoon.",
        "Install that version, or use another folder as PYTOON_HOME.",
    )


@contextmanager
def _errors_of(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise _error_of(path, error) from error


def _error_of(path: Path, error: sqlite3.Error) -> PytoonError:
    """The error for people. SQLite's own codes are available from Python 3.11 only, its texts everywhere."""
    text = str(error)
    for part, number in (("disk is full", errno.ENOSPC), ("readonly database", errno.EROFS)):
        if part in text:
            return storage_unwritable(OSError(number, os.strerror(number)))
    if isinstance(error, sqlite3.OperationalError):
        return TransientError(
            "catalog_unavailable",
            f"The catalog {path} cannot be read or changed: {text}.",
            "Check the permissions and the free space of its folder, then run the command again.",
        )
    return DependencyMissing(
        "catalog_damaged",
        f"The catalog {path} is damaged: {text}.",
        "Restore it from a backup. Without one, move it away: Pytoon then starts with an empty catalog, and the videos "
        "in the outbox stay.",
    )
