"""The accounts database: SQLite in the home by default, any other database by its URL.

SQLAlchemy takes a third of a second to import, so nothing that ``pytoon status`` needs is kept here.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError

from pytoon_pipeline.contracts.errors import InvalidInput, TransientError
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.settings import Settings

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_SECONDS = 30
WRITES = "pytoon_writes"
# One server at a time brings the database up to date: alembic keeps its state in a module, and PostgreSQL would let two
# processes create the same table. Any number that nothing else locks.
MIGRATING, MIGRATION_LOCK = threading.Lock(), 0x7079746F6F6E


class Accounts:
    """The database. An object is shared by threads; every method is one transaction."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine

    @classmethod
    def open(cls, home: Home) -> "Accounts":
        """The database that the settings name, brought up to date."""
        secret = Settings.load().api_database
        accounts = cls(_engine(secret.get_secret_value() if secret else None, home))
        with MIGRATING, accounts.write() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATION_LOCK)))
            config = Config(attributes={"connection": connection})
            config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
            command.upgrade(config, "head")
        return accounts

    @staticmethod
    def are_kept(home: Home) -> bool:
        """Whether there is a database, so that nothing makes one only to look."""
        return Settings.load().api_database is not None or home.accounts.exists()

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """The database for reading."""
        with _typed_errors(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """The database for one change, which is committed at the end of the block."""
        with _typed_errors(), self.engine.connect() as connection:
            connection.execution_options(**{WRITES: True})
            with connection.begin():
                yield connection

    @contextmanager
    def maintain(self) -> Iterator[sa.Connection]:
        """The database for statements that cannot be part of a transaction."""
        with _typed_errors(), self.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            yield connection

    def close(self) -> None:
        self.engine.dispose()


def _engine(url: str | None, home: Home) -> sa.Engine:
    if url is None:
        home.root.mkdir(parents=True, exist_ok=True)
        home.accounts.touch(mode=0o600)
        url = sa.URL.create("sqlite", database=str(home.accounts)).render_as_string()
    try:
        engine = sa.create_engine(url, pool_pre_ping=True)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, ValueError) as error:
        raise InvalidInput(
            "api_database",
            "PYTOON_API_DATABASE is not the URL of a database that can be used.",
            "For example: postgresql+psycopg://USER:PASSWORD@HOST/NAME, after: pip install 'pytoon-pipeline[postgres]'",
        ) from error
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _connected)
        sa.event.listen(engine, "begin", _begin)
    return engine


def _connected(connection: Any, _: object) -> None:
    """Leaves transactions to ``_begin``: the driver itself would begin one at the first write only."""
    connection.isolation_level = None
    for pragma in (f"busy_timeout = {BUSY_SECONDS * 1000}", "journal_mode = wal", "foreign_keys = on"):
        connection.execute(f"pragma {pragma}")


def _begin(connection: sa.Connection) -> None:
    """A transaction that will write takes the lock at its start: two that read first would refuse each other."""
    connection.exec_driver_sql("begin immediate" if connection.get_execution_options().get(WRITES) else "begin")


@contextmanager
def _typed_errors() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        raise TransientError(
            "accounts_unavailable",
            "The database of the API cannot be read or changed.",
            "Check that the database runs, and the permissions and the free space of its folder; then try again.",
        ) from error
