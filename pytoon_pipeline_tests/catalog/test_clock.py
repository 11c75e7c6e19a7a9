"""Times of the catalog: of one clock, where machines share it."""

import time

import pytest

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.errors import TransientError
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.operations.due import due_keys
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline_tests.harness.postgres import postgres

KEY = "0" * 32


def test_a_machine_whose_clock_is_five_minutes_off_writes_the_time_of_the_server(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = time.time
    with postgres() as url:
        monkeypatch.setenv("PYTOON_CATALOG", url)
        uploads = Uploads(home)
        for minutes in (-5, 5):
            monkeypatch.setattr(time, "time", lambda minutes=minutes: real() + 60 * minutes)
            uploads.register(SourceMedia(key=KEY, title="a", items=(), request={}))
            since = uploads.pending()[KEY]
            assert abs(since - real()) < 30
            uploads.fail(KEY, TransientError("away", "It is away.", "Wait."))
            (due,) = due_keys(uploads, uploads.now())
            assert abs(due.since - real()) < 30, "the retry after 0 s is due at once"


def test_a_stop_counts_whichever_machine_asks_for_it(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    real = time.time
    with postgres() as url:
        monkeypatch.setenv("PYTOON_CATALOG", url)
        uploads = Uploads(home)
        uploads.register(SourceMedia(key=KEY, title="a", items=(), request={}))
        since = uploads.pending()[KEY]
        monkeypatch.setattr(time, "time", lambda: real() - 300)
        assert uploads.cancel(KEY)
        monkeypatch.undo()
        monkeypatch.setenv("PYTOON_CATALOG", url)
        assert not uploads.begin_delivery(KEY, since)


def test_a_catalog_of_its_own_has_the_time_of_its_machine(home: Home) -> None:
    assert abs(Uploads(home).now() - time.time()) < 30
