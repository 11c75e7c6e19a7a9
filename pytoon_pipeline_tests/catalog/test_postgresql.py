"""The catalog on a PostgreSQL server: it restarts, processes fork and die, and no secret is shown."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing

import psycopg2
import pytest

from pytoon_pipeline.catalog import postgresql
from pytoon_pipeline.catalog.database import Database
from pytoon_pipeline.catalog.postgresql import address_of
from pytoon_pipeline.catalog.postgresql_connection import PostgresConnection
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.errors import DependencyMissing, InvalidInput, TransientError
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline_tests.harness.postgres import server as new_server

KEY = "0" * 32
# A process that holds the lock of writers until it is killed.
HOLDER = """
import time
from pytoon_pipeline.catalog.database import Database
from pytoon_pipeline.runtime.home import Home
with Database(Home.locate()).write() as database:
    database.execute("delete from uploads")
    print("holds", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def home(server: str, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("PYTOON_CATALOG", server)
    return Home.locate()


def upload(key: str = KEY) -> SourceMedia:
    return SourceMedia(key=key, title="offer 100% “é”", items=(), request={"text": "What? :time 'a' \\ %s"})


def test_texts_come_back_as_they_were(home: Home) -> None:
    Uploads(home).register(upload())
    assert Uploads(home).get(KEY) == upload()
    assert not home.catalog.exists()


def test_a_reader_finds_the_tables_that_another_made_while_it_waited(home: Home, server: str) -> None:
    found: list[int] = []
    reader = threading.Thread(target=lambda: found.append(len(list(Uploads(home).keys()))))
    with closing(PostgresConnection(server)) as other, closing(PostgresConnection(server)) as watching:
        other.send("begin", f"select pg_advisory_xact_lock({postgresql.WRITERS})")
        reader.start()
        while not watching.execute("select 1 from pg_locks where locktype = 'advisory' and not granted").fetchone():
            time.sleep(0.01)
        other.find_version()
        other.upgrade()
        other.send("commit")
        reader.join()
    assert found == [0]


def test_a_server_that_restarts_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with new_server() as restarted:
        monkeypatch.setenv("PYTOON_CATALOG", restarted.url)
        uploads = Uploads(Home.locate())
        uploads.register(upload())
        restarted.stop()
        again = threading.Timer(1.0, restarted.start)
        again.start()
        uploads.register(upload("1" * 32))
        again.join()
        assert sorted(uploads.keys()) == [KEY, "1" * 32]


def test_a_server_that_stays_away_is_a_transient_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "PATIENCE_SECONDS", 0.3)
    monkeypatch.setenv("PYTOON_CATALOG", "postgresql://pytoon:very-secret@127.0.0.1:1/videos")
    with pytest.raises(TransientError) as caught:
        Uploads(Home.locate()).keys()
    assert caught.value.code == "catalog_unavailable"
    assert "127.0.0.1:1/videos" in caught.value.message
    shown: BaseException | None = caught.value
    while shown is not None:
        assert "very-secret" not in f"{shown} {shown!r}"
        shown = shown.__cause__ or shown.__context__


def test_a_connection_that_is_lost_within_a_change_leaves_nothing_of_it(home: Home) -> None:
    uploads = Uploads(home)
    uploads.register(upload())

    def lose() -> None:
        with Database(home).write() as database:
            database.execute("delete from uploads")
            (own,) = database.execute("select pg_backend_pid()").fetchone()
            _end(home, own)
            database.execute("select 1")

    with pytest.raises(TransientError, match="catalog_unavailable"):
        lose()
    assert uploads.keys() == [KEY]


def _end(home: Home, process: int) -> None:
    with closing(psycopg2.connect(os.environ["PYTOON_CATALOG"])) as other:
        other.cursor().execute("select pg_terminate_backend(%s)", (process,))


def test_what_the_user_may_not_do_is_an_error_with_a_hint(home: Home) -> None:
    def refused() -> None:
        with Database(home).read() as database:
            database.execute("select * from no_such_table")

    with pytest.raises(DependencyMissing, match="catalog_refused"):
        refused()


@pytest.mark.parametrize("url", ["postgresql://u:very-secret@host:x/name", "postgresql://u:very-secret@host/n?what=1"])
def test_a_wrong_url_is_an_error_without_its_password(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTOON_CATALOG", url)
    with pytest.raises(InvalidInput, match="PYTOON_CATALOG") as caught:
        Uploads(Home.locate()).keys()
    assert caught.value.code == "invalid_setting"
    assert "very-secret" not in f"{caught.value} {caught.value.__cause__}"


def test_the_address_has_no_secret() -> None:
    assert address_of("postgresql://u:secret@host:5433/name?password=other") == "host:5433/name"


def test_without_the_driver_the_error_says_what_to_install(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytoon_pipeline.catalog.database.find_spec", lambda name: None)
    with pytest.raises(DependencyMissing, match=r"postgres_missing.*\[postgres\]"):
        Uploads(home)


def test_a_fork_has_connections_of_its_own(home: Home) -> None:
    uploads = Uploads(home)
    uploads.register(upload())
    assert os.waitpid(_fork_and_register(home, 1), 0)[1] == 0
    assert len(uploads.keys()) == 2


def test_processes_create_the_tables_at_the_same_time(home: Home) -> None:
    children = [_fork_and_register(home, number) for number in range(6)]
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 6
    assert len(Uploads(home).keys()) == 6


def _fork_and_register(home: Home, number: int) -> int:
    child = os.fork()
    if child == 0:
        code = 1
        try:
            Uploads(home).register(upload(f"{number:032x}"))
            code = 0
        finally:
            os._exit(code)
    return child


def test_of_a_writer_that_is_killed_nothing_is_left(home: Home) -> None:
    Uploads(home).register(upload())
    with subprocess.Popen([sys.executable, "-c", HOLDER], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "holds\n"
        threading.Timer(0.5, holder.send_signal, (signal.SIGKILL,)).start()
        began = time.monotonic()
        Uploads(home).register(upload("1" * 32))
        assert time.monotonic() - began > 0.3, "writers follow one another"
    assert len(Uploads(home).keys()) == 2


def test_what_was_erased_leaves_no_bytes(home: Home) -> None:
    Uploads(home).register(upload())
    with Database(home).write() as database:
        database.execute("delete from uploads")
    Database(home).purge()
    with Database(home).read() as database:
        assert database.execute("select pg_relation_size('uploads')").fetchone() == (0,)


def test_importing_it_does_not_import_what_only_waiting_needs() -> None:
    program = (
        "import sys, pytoon_pipeline.catalog.postgresql; print('pytoon_pipeline.contracts.results' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout == "False\n"
