"""The accounts database: its migrations make the tables of ``tables.py``, and nothing is lost between processes."""

import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from pytoon_pipeline.accounts.database import Accounts
from pytoon_pipeline.accounts.keys import Keys
from pytoon_pipeline.accounts.tables import METADATA
from pytoon_pipeline.contracts.errors import InvalidInput, TransientError
from pytoon_pipeline.runtime.home import Home


@pytest.mark.usefixtures("kind")
def test_the_migrations_make_the_tables(home: Home) -> None:
    accounts = Accounts.open(home)
    with accounts.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    accounts.close()


def test_only_its_owner_reads_the_local_database(home: Home) -> None:
    Accounts.open(home).close()
    assert home.accounts.stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("kind")
def test_servers_open_and_write_at_the_same_time(home: Home) -> None:
    errors: list[BaseException] = []

    def work(number: int) -> None:
        try:
            keys = Keys(Accounts.open(home))
            for n in range(10):
                keys.create(f"{number}-{n}", "acme", "viewer")
        except BaseException as error:  # noqa: BLE001
            errors.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert errors == []
    assert len(Keys(Accounts.open(home)).all()) == 40


@pytest.mark.parametrize("url", ["nonsense", "mystery://host/name", "postgresql+none://host/name"])
def test_a_wrong_url_is_an_error_with_a_hint(home: Home, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("PYTOON_API_DATABASE", url)
    with pytest.raises(InvalidInput, match="api_database"):
        Accounts.open(home)


def test_a_database_that_cannot_be_read_is_an_error_with_a_hint(
    home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PYTOON_API_DATABASE", f"sqlite:///{tmp_path}/missing/a.sqlite")
    with pytest.raises(TransientError, match="accounts_unavailable"):
        Accounts.open(home)
