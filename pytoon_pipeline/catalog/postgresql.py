"""The catalog on a PostgreSQL server, in a schema of its own, so that it may share a database with others.

Writers wait for each other at a lock of the server, as they do for a SQLite file.
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import psycopg2

from pytoon_pipeline.catalog.dialects import POSTGRESQL
from pytoon_pipeline.catalog.postgresql_connection import SCHEMA, PostgresConnection, is_lost
from pytoon_pipeline.catalog.postgresql_pool import IDLE
from pytoon_pipeline.catalog.sqlite_file import written_by_newer
from pytoon_pipeline.catalog.taking_over import take_over
from pytoon_pipeline.contracts.errors import DependencyMissing, InvalidInput, PytoonError, TransientError
from pytoon_pipeline.runtime.home import Home

# Any number that nothing else locks.
WRITERS = 0x7079746361740001
# A server that restarts is away for seconds. One that is away for longer ends the run, which the daemon repeats.
PATIENCE_SECONDS, PAUSE_SECONDS = 20.0, 0.25
# What waiting does not mend, in the words of the server.
REFUSED = re.compile("authentication failed|does not exist|no pg_hba.conf entry|is not permitted")


class PostgresServer:
    """See ``Database``. The tables are made by the first transaction that writes."""

    dialect = POSTGRESQL

    def __init__(self, home: Home, url: str) -> None:
        self._home, self._url, self.address = home, url, address_of(url)

    @contextmanager
    def read(self) -> Iterator[PostgresConnection]:
        """The database for reading. One of an earlier version is upgraded in a transaction that is then undone."""
        with _typed_errors(self.address), self._connection() as connection:
            if self._is_current(connection):
                yield connection
                return
            connection.send("begin", _lock(WRITERS))
            try:
                self._bring_up_to_date(connection)
                yield connection
            finally:
                connection.send("rollback")

    @contextmanager
    def write(self, *, durable: bool = True) -> Iterator[PostgresConnection]:
        with _typed_errors(self.address), self._connection() as connection:
            relaxed = () if durable else ("set local synchronous_commit = off",)
            connection.send("begin", *relaxed, _lock(WRITERS))
            try:
                self._bring_up_to_date(connection)
                yield connection
            except BaseException:
                connection.undo()
                raise
            connection.send("commit")

    @contextmanager
    def kept_open(self) -> Iterator[None]:
        """Connections always stay open, see ``postgresql_pool.py``."""
        yield

    def purge(self) -> None:
        with _typed_errors(self.address), self._connection() as connection:
            tables = connection.execute("select tablename from pg_tables where schemaname = ?", (SCHEMA,)).fetchall()
            for (table,) in tables:
                connection.send(f"vacuum full {table}")

    def _bring_up_to_date(self, connection: PostgresConnection) -> None:
        """Upgrades the tables, within a transaction that has the lock; new ones take over the catalog of this home."""
        if self._is_current(connection):
            return
        # Another process may have done so while this one waited for the lock.
        connection.find_version()
        if self._is_current(connection):
            return
        is_new = connection.is_new
        connection.upgrade()
        if is_new:
            take_over(self._home, connection)

    def _is_current(self, connection: PostgresConnection) -> bool:
        """Whether nothing has to be upgraded. Raises ``DependencyMissing`` for what a newer version has written."""
        if connection.is_newer:
            raise written_by_newer(self.address)
        return connection.is_current

    @contextmanager
    def _connection(self) -> Iterator[PostgresConnection]:
        """A connection that works: waits for a server that does not answer."""
        began, waiting = time.monotonic(), False
        while True:
            try:
                connection = IDLE.take(self._url) or PostgresConnection(self._url)
                connection.find_version()
                break
            except psycopg2.ProgrammingError:
                # The driver shows what it does not understand, which may be the password.
                raise InvalidInput(
                    "invalid_setting",
                    "The environment variable PYTOON_CATALOG is not the URL of a PostgreSQL database.",
                    "For example, type: export PYTOON_CATALOG=postgresql://USER:PASSWORD@HOST/NAME",
                ) from None
            except psycopg2.Error as error:
                IDLE.clear()
                if not is_lost(error) or REFUSED.search(str(error)) or time.monotonic() - began > PATIENCE_SECONDS:
                    raise
                if not waiting:
                    _tell_waiting()
                waiting = True
                time.sleep(PAUSE_SECONDS)
        if waiting:
            _tell_resumed()
        try:
            yield connection
        except psycopg2.Error:
            connection.close()
            raise
        finally:
            IDLE.give(self._url, connection)


# What tells people is imported when there is something to tell: a list of uploads would take half as long again.


def _tell_waiting() -> None:
    from pytoon_pipeline.contracts.progress import Waiting
    from pytoon_pipeline.runtime.progress import publish

    publish(Waiting("Waiting for the server of the catalog"))


def _tell_resumed() -> None:
    from pytoon_pipeline.contracts.progress import Resumed
    from pytoon_pipeline.runtime.progress import publish

    publish(Resumed())


def _lock(number: int) -> str:
    return f"select pg_advisory_xact_lock({number})"


def address_of(url: str) -> str:
    """The host and the database of a URL; no user and no password."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    host = parts.hostname or ",".join(query.get("host", ["localhost"]))
    port = f":{parts.port}" if parts.port else ""
    return f"{host}{port}{parts.path}"


@contextmanager
def _typed_errors(address: str) -> Iterator[None]:
    try:
        yield
    except psycopg2.Error as error:
        raise _error_of(address, error) from error


def _error_of(address: str, error: psycopg2.Error) -> PytoonError:
    """The error for people. The texts of the driver name the host and the user, never the password."""
    text = str(error.diag.message_primary or error).strip().splitlines()[-1:]
    reason = text[0].strip().rstrip(".") if text else type(error).__name__
    if is_lost(error):
        return TransientError(
            "catalog_unavailable",
            f"The catalog at {address} cannot be read or changed: {reason}.",
            "Check that the PostgreSQL server runs and that PYTOON_CATALOG is right. Work resumes when it answers.",
        )
    return DependencyMissing(
        "catalog_refused",
        f"The catalog at {address} refuses a statement: {reason}.",
        "Its user must be allowed to create a schema, or to use the schema pytoon_catalog with its tables.",
    )
