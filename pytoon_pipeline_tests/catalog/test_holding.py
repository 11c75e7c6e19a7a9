"""Holding a lease while a process works: of two homes without a shared folder, and when a process dies."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from pytoon_pipeline.catalog import holding
from pytoon_pipeline.catalog.database import Database
from pytoon_pipeline.catalog.holding import keys_being_made, live_runs, making, release_dead, running
from pytoon_pipeline.catalog.leases import Leases
from pytoon_pipeline.contracts.progress import Event, Resumed, Waiting
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.progress import listen

KEY = "a" * 32
HOLDER = """
import sys
from pathlib import Path
from pytoon_pipeline.catalog.holding import making
from pytoon_pipeline.runtime.home import Home
with making(Home(Path(sys.argv[1])), sys.argv[2]):
    print("holds", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def home(server: str, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home that shares its catalog."""
    monkeypatch.setenv("PYTOON_CATALOG", server)
    return Home.locate()


def holder(home: Home) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", HOLDER, str(home.root), KEY]
    started = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert started.stdout is not None
    assert started.stdout.readline() == "holds\n"
    return started


def test_a_home_of_its_own_needs_no_lease(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTOON_CATALOG")
    with making(home, KEY), running(home, "r"):
        assert (keys_being_made(Database(home)), live_runs(home)) == (set(), set())
        assert Leases(Database(home)).live() == {}


def test_what_is_held_is_seen_and_given_up(home: Home) -> None:
    with making(home, KEY), making(home, KEY), running(home, "r"):
        assert keys_being_made(Database(home)) == {KEY}
        assert live_runs(home) == {"r"}
    assert Leases(Database(home)).live() == {}
    assert list(home.leases.iterdir()) == []


def test_another_home_waits_and_says_so(home: Home, tmp_path: Path) -> None:
    with holder(Home(tmp_path / "other")) as other:
        events: list[Event] = []

        def heard(event: Event) -> None:
            events.append(event)
            if isinstance(event, Waiting) and other.stdin is not None:
                other.stdin.close()

        with listen(heard), making(home, KEY):
            assert other.wait(30) == 0
    assert [type(one) for one in events] == [Waiting, Resumed]


def test_the_lease_of_a_killed_process_ends_at_once_on_its_machine_only(home: Home, tmp_path: Path) -> None:
    with holder(home) as killed:
        killed.kill()
    release_dead(Home(tmp_path / "other"))
    assert keys_being_made(Database(home)) == {KEY}, "another machine does not know that it is dead"
    with making(home, KEY):
        assert keys_being_made(Database(home)) == {KEY}


def test_a_lease_is_renewed_while_it_is_held(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holding, "BEAT_SECONDS", 0.05)

    def until() -> float:
        with Database(home).read() as database:
            return float(database.execute("select until from leases").fetchone()[0])

    with making(home, KEY):
        first, end = until(), time.monotonic() + 30
        while until() == first and time.monotonic() < end:
            time.sleep(0.02)
        assert until() > first
