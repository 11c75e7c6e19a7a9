"""The catalog of uploads: failures, attempts, keys."""

from pathlib import Path

import pytest

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.attempt import Attempt
from pytoon_pipeline.contracts.errors import InvalidInput, TransientError
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
