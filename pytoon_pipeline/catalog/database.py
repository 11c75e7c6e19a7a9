"""The catalog's database: a SQLite file of the home, or a PostgreSQL server that homes share.

Every change of state is one transaction, and transactions that write follow one another. So a process that is killed
leaves all of a change or nothing of it, and nobody changes what another has just read to change it.
"""

from contextlib import AbstractContextManager
from importlib.util import find_spec
from typing import Protocol

from pytoon_pipeline.catalog.connection import Connection
from pytoon_pipeline.catalog.dialects import Dialect
from pytoon_pipeline.catalog.sqlite_file import SqliteFile
from pytoon_pipeline.contracts.errors import DependencyMissing
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.settings import Settings


class Backend(Protocol):
    """A kind of database. ``address`` names it, without any secret."""

    @property
    def dialect(self) -> Dialect: ...

    @property
    def address(self) -> str: ...

    def read(self) -> AbstractContextManager[Connection]: ...

    def write(self, *, durable: bool = True) -> AbstractContextManager[Connection]: ...

    def kept_open(self) -> AbstractContextManager[None]: ...

    def purge(self) -> None: ...


class Database:
    """Opens the database for one transaction at a time, so an object can be shared by threads and by forks."""

    def __init__(self, home: Home) -> None:
        self._home, self._backend = home, _backend(home)
        self.dialect, self.address = self._backend.dialect, self._backend.address

    @property
    def shared(self) -> bool:
        """Whether other homes may use it, on other machines."""
        return not isinstance(self._backend, SqliteFile)

    def read(self) -> AbstractContextManager[Connection]:
        """The database for reading; changes nothing. One without tables reads as an empty catalog."""
        return self._backend.read()

    def write(self, *, durable: bool = True) -> AbstractContextManager[Connection]:
        """The database for one change, which is committed at the end of the block. Creates or upgrades it first.

        A change that is not ``durable`` does not wait for the disk: after a power failure it may be missing.
        """
        return self._backend.write(durable=durable)

    def kept_open(self) -> AbstractContextManager[None]:
        """Inside the block, the database stays open between transactions. Do not fork there."""
        return self._backend.kept_open()

    def upgrade(self) -> None:
        """Creates the database or brings it up to date, once for all later readers."""
        with self.write():
            pass

    def purge(self) -> None:
        """Writes the database anew, without the bytes of what was deleted; also the file with the index of the inbox.

        Raises ``TransientError`` while others use it.
        """
        self._backend.purge()
        if self.shared:
            SqliteFile(self._home).purge()


def _backend(home: Home) -> Backend:
    """What the settings name. Raises ``DependencyMissing`` without the package that it needs."""
    url = Settings.load().catalog
    if url is None:
        return SqliteFile(home)
    if find_spec("psycopg2") is None:
        raise DependencyMissing(
            "postgres_missing",
            "PYTOON_CATALOG names a PostgreSQL database, but psycopg2, its driver, is not installed.",
            "To install it, type: pip install 'pytoon-pipeline[postgres]'",
        )
    from pytoon_pipeline.catalog.postgresql import PostgresServer

    return PostgresServer(home, url.get_secret_value())
