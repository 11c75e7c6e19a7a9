"""What a home occupies: every file once, under what keeps it, and what garbage collection then removes."""

import os
import time
from pathlib import Path

import pytest

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.config.presets import load_operations
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.storage import StorageClass, StorageResult
from pytoon_pipeline.operations.garbage import collect_garbage
from pytoon_pipeline.operations.storage import RECORDS, UNUSED, examine
from pytoon_pipeline.rendering.stages import SEGMENT
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.service.storage import storage
from pytoon_pipeline.store.stages import Stage, StageOutput, run_stage
from pytoon_pipeline.store.store import Store


class Nothing(Record):
    pass


KEPT = Stage("metadata", 1)


def stored(store: Store, stage: Stage, content: bytes, number: int = 0) -> str:
    def make(scratch: Path) -> StageOutput:
        (scratch / "file").write_bytes(content)
        return StageOutput(Nothing(), {"file": scratch / "file"})

    return run_stage(store, stage, make, inputs={}, parameters={"number": number}).artifact.files["file"].sha256


def sizes(found: StorageResult) -> dict[str, int]:
    return {one.name: one.bytes for one in found.classes if one.name != RECORDS}


def examined(home: Home) -> StorageResult:
    return examine(home, Store(home.store, home.work), Uploads(home), load_operations())


def test_each_file_counts_once_under_what_keeps_it(home: Home) -> None:
    store = Store(home.store, home.work)
    only = stored(store, SEGMENT, b"s" * 300)
    both = stored(store, SEGMENT, b"b" * 50, 1)
    assert stored(store, KEPT, b"b" * 50) == both
    loose = store.root / "objects" / "ff" / ("f" * 64)
    loose.parent.mkdir(parents=True, exist_ok=True)
    loose.write_bytes(b"x" * 7)
    (home.outbox / "a").mkdir(parents=True)
    # The delivered file is the same file as the one in the store; the text beside it is not.
    os.link(store.root / "objects" / only[:2] / only, home.outbox / "a" / "a.mp4")
    (home.outbox / "a" / "a.srt").write_bytes(b"t" * 11)
    found = examined(home)
    assert sizes(found) == {"segment": 300, "metadata": 50, UNUSED: 7, "outbox": 11}
    records = next(one for one in found.classes if one.name == RECORDS)
    assert (records.files, found.bytes) == (3, 300 + 50 + 7 + 11 + records.bytes)
    assert {one.name: one.retention for one in found.classes if one.bytes in (300, 50)} == {
        "segment": "by_rule", "metadata": "kept",
    }  # fmt: skip


def test_what_is_removable_is_what_a_collection_removes(home: Home) -> None:
    store = Store(home.store, home.work)
    for number in range(3):
        stored(store, SEGMENT, bytes([number]) * 100, number)
    stored(store, KEPT, b"kept" * 100)
    assert examined(home).removable_bytes == 0
    long_ago = time.time() - 40 * 86400
    for path in [*store.root.rglob("*")]:
        if path.is_file():
            os.utime(path, (long_ago, long_ago))
    found = examined(home)
    assert (found.removable, found.removable_bytes) == ({"old": 3}, 300)
    done = collect_garbage(home, store, Uploads(home), load_operations(), "run", busy=())
    assert (done.store.bytes_freed, dict(done.store.artifacts)) == (300, {"old": 3})
    assert sizes(examined(home)) == {"metadata": 400}


def test_a_home_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no_home"):
        storage(Home(tmp_path / "nowhere"))


def test_the_largest_class_comes_first(home: Home) -> None:
    store = Store(home.store, home.work)
    stored(store, KEPT, b"k" * 10)
    stored(store, SEGMENT, b"s" * 20)
    names = [one.name for one in examined(home).classes]
    assert names == ["segment", "metadata", RECORDS]
    assert StorageClass(name="segment", retention="by_rule", files=1, bytes=20) == examined(home).classes[0]
