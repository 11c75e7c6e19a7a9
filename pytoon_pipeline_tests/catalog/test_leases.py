"""Leases: one holder at a time, until it gives up or falls silent, by the clock of the database."""

import time
from collections.abc import Callable

import pytest

from pytoon_pipeline.catalog import leases as module
from pytoon_pipeline.catalog.database import Database
from pytoon_pipeline.catalog.leases import Leases
from pytoon_pipeline.runtime.home import Home


def test_one_holds_a_lease_until_it_gives_it_up(home: Home) -> None:
    leases = Leases(Database(home))
    assert leases.take("video a", "1", "first")
    assert leases.take("video a", "1", "first"), "it has it already"
    assert not leases.take("video a", "2", "second")
    assert leases.take("video b", "2", "second")
    assert leases.live() == {"video a": "first", "video b": "second"}
    assert not leases.renew("3")
    leases.release("2")
    leases.release("1")
    assert leases.live() == {}
    assert leases.take("video a", "2", "second")


def test_a_silent_holder_loses_its_lease(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TERM_SECONDS", 0.3)
    leases = Leases(Database(home))
    assert leases.take("video a", "1", "first")
    _until(lambda: leases.live() == {})
    assert leases.take("video a", "2", "second")
    assert not leases.renew("1"), "it learns that it has lost it"


def test_a_holder_that_renews_keeps_its_lease(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TERM_SECONDS", 2.0)
    leases = Leases(Database(home))
    assert leases.take("video a", "1", "first")
    end = time.monotonic() + 3
    while time.monotonic() < end:
        assert leases.renew("1")
        assert not leases.take("video a", "2", "second")
        time.sleep(0.1)


def test_clocks_of_machines_do_not_count(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    leases, real = Leases(Database(home)), time.time
    assert leases.take("video a", "1", "first")
    for minutes in (-7, 7):
        monkeypatch.setattr(time, "time", lambda minutes=minutes: real() + 60 * minutes)
        assert not leases.take("video a", "2", "second")
        assert leases.take(f"video {minutes}", "2", "second")
        assert f"video {minutes}" in leases.live()


def _until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)
