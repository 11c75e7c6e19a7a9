"""The catalog in a SQLite file: what other processes do to it meanwhile, and its errors."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from pytoon_pipeline.catalog.database import Database
from pytoon_pipeline.catalog.sqlite_file import SqliteFile
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.errors import PytoonError
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.runtime.home import Home

KEY = "0" * 32


def upload(key: str = KEY, title: str = "offer") -> SourceMedia:
    return SourceMedia(key=key, title=title, items=(), request={"text": "x"})


@pytest.fixture
def home() -> Home:
    """A home with a catalog of its own."""
    return Home.locate()


def test_reading_changes_no_file(home: Home) -> None:
    uploads = Uploads(home)
    uploads.register(upload())
    before = {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in home.root.iterdir()}
    assert uploads.pending().keys() == {KEY}
    assert {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in home.root.iterdir()} == before


def test_a_database_that_is_kept_open_writes_its_log_back_at_the_end(home: Home) -> None:
    log = home.catalog.with_name(f"{home.catalog.name}-wal")
    Uploads(home).register(upload())
    assert not log.exists(), "closing the last connection writes it back"
    with SqliteFile(home).kept_open():
        Uploads(home).register(upload(title="another"))
        assert log.stat().st_size > 0
    assert not log.exists()
    assert Uploads(home).get(KEY).title == "another"


@pytest.mark.parametrize("content", [None, b"", b"no database" * 1000])
def test_what_is_wrong_with_a_database_does_not_keep_it_from_being_kept_open(home: Home, content: bytes | None) -> None:
    if content is not None:
        home.catalog.parent.mkdir(parents=True, exist_ok=True)
        home.catalog.write_bytes(content)
    with SqliteFile(home).kept_open():
        assert home.catalog.exists() is (content is not None)


def test_processes_create_the_database_at_the_same_time(tmp_path: Path) -> None:
    for attempt in range(5):
        home, start = Home(tmp_path / str(attempt)), os.pipe()
        children = [_fork_and_register(home, start, number) for number in range(6)]
        for end in start:
            os.close(end)
        assert [os.waitpid(child, 0)[1] for child in children] == [0] * 6
        assert len(Uploads(home).keys()) == 6
        with Database(home).read() as database:
            assert database.execute("pragma journal_mode").fetchone() == ("wal",)


def _fork_and_register(home: Home, start: tuple[int, int], number: int) -> int:
    """A child process that registers an upload as soon as no process can write to the pipe ``start`` any more."""
    child = os.fork()
    if child == 0:
        os.close(start[1])
        os.read(start[0], 1)
        code = 1
        try:
            Uploads(home).register(upload(f"{number:032x}"))
            code = 0
        finally:
            os._exit(code)
    return child


def _newer(path: Path) -> None:
    with sqlite3.connect(path) as opened:
        opened.execute("pragma user_version = 99")


def _no_database(path: Path) -> None:
    path.write_bytes(b"This is no database. " * 100)


def _torn(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (_newer, "catalog_newer"), (_no_database, "catalog_damaged"), (_torn, "catalog_damaged"),
        (_folder, "catalog_unavailable"),
    ],
)  # fmt: skip
def test_a_database_that_cannot_be_used_is_an_error_and_never_an_empty_catalog(
    home: Home, damage: Callable[[Path], None], code: str
) -> None:
    uploads = Uploads(home)
    for n in range(50):
        uploads.register(upload(f"{n:032x}", "title " * 20))
    damage(home.catalog)
    for use in (uploads.keys, lambda: uploads.get(KEY), lambda: uploads.register(upload())):
        with pytest.raises(PytoonError) as error:
            use()
        assert error.value.code == code
        assert str(home.catalog) in error.value.message


def test_a_full_disk_is_reported_as_one(home: Home) -> None:
    Uploads(home).register(upload())

    def fill() -> None:
        with Database(home).write() as database:
            (pages,) = database.execute("pragma page_count").fetchone()
            database.execute(f"pragma max_page_count = {pages}")
            database.execute("insert into items values ('x', ?)", ("x" * 100_000,))

    with pytest.raises(PytoonError) as error:
        fill()
    assert (error.value.code, error.value.category) == ("store_not_writable", "transient")
