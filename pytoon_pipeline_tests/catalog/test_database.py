"""The catalog's database, of either kind: one transaction for each change, whatever happens."""

import os
import signal
import subprocess
import sys

import pytest

from pytoon_pipeline.catalog import schema
from pytoon_pipeline.catalog.database import Database
from pytoon_pipeline.catalog.dialects import Dialect
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.errors import DependencyMissing
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
    with Database(home).read() as database:
        assert database.execute("select count(*) from uploads").fetchone() == (0,)


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


def _later(_: Dialect) -> tuple[str, ...]:
    return ("create table later (x integer)", "insert into later values (7)")


def test_an_earlier_schema_is_upgraded_when_something_is_written(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    Uploads(home).register(upload())
    earlier, later = schema.MIGRATIONS, (*schema.MIGRATIONS, _later)
    monkeypatch.setattr(schema, "MIGRATIONS", later)
    with Database(home).read() as database:
        assert database.execute("select x from later").fetchall() == [(7,)], "read as if it were upgraded"
    monkeypatch.setattr(schema, "MIGRATIONS", earlier)
    Uploads(home).register(upload("1" * 32))
    monkeypatch.setattr(schema, "MIGRATIONS", later)
    assert Uploads(home).get(KEY) == upload()
    Database(home).upgrade()
    Database(home).upgrade()
    with Database(home).read() as database:
        assert database.execute("select x from later").fetchall() == [(7,)]
    monkeypatch.setattr(schema, "MIGRATIONS", earlier)
    for use in (Uploads(home).keys, lambda: Uploads(home).register(upload())):
        with pytest.raises(DependencyMissing) as error:
            use()
        assert error.value.code == "catalog_newer"
        assert Database(home).address in error.value.message
