"""The catalog of uploads: failures, attempts, keys."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.attempt import Attempt
from pytoon_pipeline.contracts.errors import InvalidInput, TransientError
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.status import DeliveryRecord
from pytoon_pipeline.intake.ingest import store_upload
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.store import Store, run_to_end


def test_of_several_failures_in_a_run_invalid_input_is_recorded(home: Home) -> None:
    uploads, key = Uploads(home), "0" * 32
    uploads.fail(key, TransientError("a", "A.", "Wait."), "one", "run-1")
    uploads.fail(key, TransientError("b", "B.", "Wait."), "two", "run-1")
    uploads.fail(key, TransientError("c", "C.", "Wait."), "one", "run-2")
    failed = uploads.failure(key)
    assert failed is not None
    assert (failed.code, failed.tries) == ("c", 2)
    uploads.fail(key, InvalidInput("d", "D.", "Mend it."), "two", "run-2")
    uploads.fail(key, TransientError("e", "E.", "Wait."), "three", "run-2")
    failed = uploads.failure(key)
    assert failed is not None
    assert (failed.code, failed.tries) == ("d", 1)


def test_another_file_resets_the_attempts(tmp_path: Path, home: Home, store: Store) -> None:
    uploads, items = Uploads(home), []
    for n in range(2):
        path = tmp_path / f"{n}.mp3"
        path.write_bytes(bytes([n]))
        items.append(run_to_end(store_upload(store, [(path, "music")], "x", {"music": "a.mp3"})))
    uploads.register(items[0])
    uploads.record(items[0].key, Attempt(number=1, plan="p", verdict="fail", score=1))
    assert len(uploads.attempts(items[0].key)) == 1
    uploads.register(items[1])
    assert items[0].key == items[1].key
    assert uploads.attempts(items[0].key) == ()


@pytest.mark.parametrize("key", ["../../etc/passwd", "", "0" * 31, "0" * 32 + "-../x"])
def test_an_invalid_key_never_becomes_a_path(home: Home, key: str) -> None:
    with pytest.raises(InvalidInput, match="unknown_upload"):
        Uploads(home).get(key)


def registered(home: Home, key: str) -> Uploads:
    uploads = Uploads(home)
    uploads.register(SourceMedia(key=key, title=key, items=(), request={}))
    return uploads


def test_a_video_is_either_cancelled_or_delivered(home: Home) -> None:
    keys = [f"{n:032x}" for n in range(40)]
    for key in keys:
        registered(home, key)
    uploads, requested, together = Uploads(home), time.time(), threading.Barrier(2)

    def raced(key: str, change: str) -> bool:
        together.wait()
        return uploads.cancel(key) if change == "cancel" else uploads.begin_delivery(key, requested)

    with ThreadPoolExecutor(2) as pool:
        for key in keys:
            cancelled, delivered = pool.map(raced, (key, key), ("cancel", "deliver"))
            assert cancelled is not delivered
            assert (key in uploads.stopped(), uploads.is_pending(key)) == (cancelled, not cancelled)


def test_a_delivery_that_failed_can_be_cancelled(home: Home) -> None:
    key = "0" * 32
    uploads, requested = registered(home, key), time.time()
    assert uploads.begin_delivery(key, requested)
    assert not uploads.cancel(key)
    uploads.fail(key, TransientError("disk", "The disk is full.", "Free some space."))
    assert uploads.cancel(key)
    assert not uploads.begin_delivery(key, requested)


def test_a_run_that_a_person_starts_after_a_cancel_may_deliver(home: Home) -> None:
    key = "0" * 32
    uploads = registered(home, key)
    assert uploads.cancel(key)
    assert uploads.begin_delivery(key, time.time())
    uploads.deliver(key, DeliveryRecord(at=1.0, engine="local", preset="p", presets="d"))
    assert uploads.stopped() == set()


def test_what_was_forgotten_is_not_delivered(home: Home) -> None:
    assert not Uploads(home).begin_delivery("0" * 32, time.time())
