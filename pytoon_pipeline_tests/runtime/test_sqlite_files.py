"""What is deleted in a database leaves no byte behind."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pytoon_pipeline.contracts.errors import TransientError
from pytoon_pipeline.runtime import sqlite_files
from pytoon_pipeline.runtime.sqlite_files import purge

SECRET = b"a word of an upload"


def content(path: Path) -> bytes:
    return b"".join(one.read_bytes() for one in path.parent.glob(f"{path.name}*"))


def test_the_bytes_of_deleted_rows_go(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("pragma journal_mode = wal")
        database.execute("create table t (x)")
        database.executemany("insert into t values (?)", [(SECRET.decode() * 50,)] * 100)
        database.execute("delete from t")
        assert SECRET in content(path)
        purge(path)
        assert SECRET not in content(path)
    purge(tmp_path / "none.sqlite")
    assert not (tmp_path / "none.sqlite").exists()


def test_a_database_in_use_is_an_error_with_a_hint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_files, "BUSY_SECONDS", 0.05)
    path = tmp_path / "a.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("create table t (x)")
        database.execute("begin immediate")
        with pytest.raises(TransientError, match="database_busy"):
            purge(path)
