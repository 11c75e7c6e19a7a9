"""The catalog's database: created on the first write, never by reading, upgraded in one step, and its errors."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pytoon_pipeline.catalog import schema
from pytoon_pipeline.catalog.database import Database
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.errors import PytoonError
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.runtime.home import Home

KEY = "0" * 32
# Two processes that add uploads at the same time, each a hundred; one of a pair is killed.
WRITER = """
import sys
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.runtime.home import Home
uploads = Uploads(Home.locate())
for n in range(int(sys.argv[1]), int(sys.argv[2])):
    uploads.register(SourceMedia(key=f"{n:032x}", title="same", items=(), request={}))
    assert uploads.is_pending(f"{n:032x}")
    print(n, flush=True)
"""


def upload(key: str = KEY, title: str = "offer") -> SourceMedia:
    return SourceMedia(key=key, title=title, items=(), request={"text": "x"})


def test_reading_creates_nothing(home: Home) -> None:
    uploads = Uploads(home)
    assert (uploads.keys(), uploads.pending(), uploads.find(KEY), uploads.delivered(KEY)) == ([], {}, None, None)
    assert not home.root.exists()


def test_reading_changes_no_file(home: Home) -> None:
    uploads = Uploads(home)
    uploads.register(upload())
    before = {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in home.root.iterdir()}
    assert uploads.pending().keys() == {KEY}
    assert {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in home.root.iterdir()} == before


def test_a_change_that_fails_leaves_nothing(home: Home) -> None:
    Uploads(home).register(upload(), pending=False)

    def fail_halfway() -> None:
        with Database(home).write() as database:
            database.execute("update uploads set title = 'half'")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_halfway()
    assert Uploads(home).get(KEY).title == "offer"


def test_processes_write_at_the_same_time_and_may_be_killed(home: Home) -> None:
    def start(first: int) -> "subprocess.Popen[str]":
        command = [sys.executable, "-c", WRITER, str(first), str(first + 100)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    with start(0) as whole, start(100) as killed:
        assert killed.stdout is not None
        for _ in range(10):
            killed.stdout.readline()
        os.kill(killed.pid, signal.SIGKILL)
        reported = 10 + len(killed.stdout.read().split())
        assert len(whole.communicate()[0].split()) == 100
    uploads = Uploads(home)
    known = uploads.keys()
    assert len(known) in (100 + reported, 101 + reported), "a change is there completely or not at all"
    assert set(uploads.pending()) == set(known)
    assert len(set(uploads.names().values())) == len(known)


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


def test_an_earlier_schema_is_upgraded_when_something_is_written(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    Uploads(home).register(upload())
    before = len(schema.MIGRATIONS)
    monkeypatch.setattr(
        schema, "MIGRATIONS", (*schema.MIGRATIONS, ("create table later (x)", "insert into later values (7)"))
    )

    def kept() -> int:
        with sqlite3.connect(home.catalog) as opened:
            return schema.version(opened)

    with Database(home).read() as database:
        assert database.execute("select x from later").fetchall() == [(7,)], "read through an upgraded copy"
    assert kept() == before
    assert Uploads(home).get(KEY) == upload()
    Database(home).upgrade()
    Database(home).upgrade()
    assert kept() == before + 1
    with Database(home).read() as database:
        assert database.execute("select x from later").fetchall() == [(7,)]


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
