"""The store of several homes over one bucket, and the folder of each home as its bounded cache."""

import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytoon_pipeline.contracts.errors import DependencyMissing, TransientError
from pytoon_pipeline.store.files import Seen
from pytoon_pipeline.store.objects import s3 as s3_module
from pytoon_pipeline.store.objects.address import S3Address
from pytoon_pipeline.store.objects.s3 import S3Objects
from pytoon_pipeline.store.removal import remove
from pytoon_pipeline.store.retention import Rules, sweep
from pytoon_pipeline.store.shared import GRACE_SECONDS, USE_SECONDS, file_name, in_use_since, record_name, to_evict
from pytoon_pipeline.store.stages import Stage, StageOutput, run_stage
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness.free_port import free_port
from pytoon_pipeline_tests.harness.object_store import BUCKET, Server
from pytoon_pipeline_tests.harness.stages import STAGE, Letters, make_letters

OLD = 10 * (GRACE_SECONDS + USE_SECONDS)


def here(store: Store) -> set[str]:
    return {path.name for path in (store.root / "objects").rglob("*") if path.is_file()}


def age(store: Store) -> None:
    """Everything in the cache was last used long ago."""
    for path in (path for path in store.root.rglob("*") if path.is_file()):
        os.utime(path, (time.time() - OLD,) * 2)


def part_files(store: Store) -> list[Path]:
    return [path for path in store.work.rglob("*") if path.is_file() and path.name != "mutex"]


def test_a_second_home_finds_what_the_first_has_computed(s3: Server, tmp_path: Path) -> None:
    one, two = (s3.store(tmp_path / name) for name in "ab")
    done = make_letters(one)
    again = make_letters(two)
    assert (done.status, again.status) == ("computed", "cached")
    assert again.artifact == done.artifact
    assert two.path(again.artifact.files["letters"]).read_text() == "abc"
    assert make_letters(s3.store(tmp_path / "c", prefix="other")).status == "computed"


def test_what_is_here_needs_no_answer(s3: Server, tmp_path: Path, away: Callable[[Store], Store]) -> None:
    done = make_letters(s3.store(tmp_path / "a"))
    lonely = away(s3.store(tmp_path / "a"))
    assert make_letters(lonely).status == "cached"
    assert lonely.put(lonely.path(done.artifact.files["letters"])) == done.artifact.files["letters"]


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Callable[[Store], Store]:
    """The same store while nothing answers."""
    monkeypatch.setattr(s3_module, "TRIES", 1)

    class Unplugged(S3Objects):
        address = ""

    def without_answer(store: Store) -> Store:
        assert store.shared is not None
        gone = Unplugged(S3Address(BUCKET, "", f"http://127.0.0.1:{free_port()}", path_style=True))
        gone.address = store.shared.objects.address
        return Store(store.root, store.work, shared=replace(store.shared, objects=gone))

    return without_answer


def test_nothing_is_half_written_while_the_object_store_is_away(
    s3: Server, tmp_path: Path, away: Callable[[Store], Store]
) -> None:
    store = s3.store(tmp_path / "a")
    make_letters(store, "first", stage=Stage("first", 1))
    known, present = s3.names(), here(store)
    with pytest.raises(TransientError, match="store_unreachable"):
        make_letters(away(store))
    assert (s3.names(), here(store)) == (known, present)
    assert part_files(store) == []
    assert make_letters(store).status == "computed"
    assert make_letters(s3.store(tmp_path / "b")).status == "cached"


def test_the_first_record_stands_when_two_homes_compute_the_same(s3: Server, tmp_path: Path) -> None:
    one, two = (s3.store(tmp_path / name) for name in "ab")
    first = []

    def make(room: Path) -> StageOutput:
        first.append(make_letters(one, "theirs").artifact)
        (room / "letters.txt").write_text("mine")
        return StageOutput(Letters(text="mine"), {"letters": room / "letters.txt"}, held="mine")

    done = run_stage(two, STAGE, make, inputs={"from": "x"}, parameters={"n": 1}, tools={"pen": "1"})
    assert done.artifact == first[0]
    assert done.held is None
    assert two.path(done.artifact.files["letters"]).read_text() == "theirs"
    assert two.find(done.artifact.fingerprint) == done.artifact


def test_a_recomputed_result_replaces_the_record(s3: Server, tmp_path: Path) -> None:
    make_letters(s3.store(tmp_path / "a"), "one")
    new = make_letters(s3.store(tmp_path / "b", recompute=True), "two")
    assert new.status == "computed"
    assert make_letters(s3.store(tmp_path / "c")).artifact == new.artifact


@pytest.mark.parametrize("what", ["file", "record"])
def test_damage_in_the_bucket_counts_as_absent_and_is_repaired(s3: Server, tmp_path: Path, what: str) -> None:
    done = make_letters(s3.store(tmp_path / "a")).artifact
    names = {"file": file_name(done.files["letters"].sha256), "record": record_name(done.fingerprint)}
    s3.client().put_object(Bucket=BUCKET, Key=names[what], Body=b"xyz")
    assert make_letters(s3.store(tmp_path / "b")).status == "computed"
    third = s3.store(tmp_path / "c")
    assert make_letters(third).status == "cached"
    assert third.path(done.files["letters"]).read_text() == "abc"


def test_a_missing_file_of_a_record_is_computed_again(s3: Server, tmp_path: Path) -> None:
    done = make_letters(s3.store(tmp_path / "a")).artifact
    s3.client().delete_object(Bucket=BUCKET, Key=file_name(done.files["letters"].sha256))
    second = s3.store(tmp_path / "b")
    with pytest.raises(DependencyMissing, match="artifact_damaged"):
        second.path(done.files["letters"])
    assert make_letters(second).status == "computed"
    assert make_letters(s3.store(tmp_path / "c")).status == "cached"


def test_the_cache_keeps_its_limit_and_evicted_files_come_back(s3: Server, tmp_path: Path) -> None:
    store = s3.store(tmp_path / "a", cache_bytes=250)
    old = [make_letters(store, letter * 100, parameters={"n": letter}).artifact for letter in "abc"]
    assert len(here(store)) == 3, "what was just used stays"
    age(store)
    make_letters(store, "d" * 100, parameters={"n": "d"})
    assert len(here(store)) == 2
    assert len(s3.names("objects/")) == 4
    fresh = s3.store(tmp_path / "a", cache_bytes=250)
    for letter, artifact in zip("abc", old, strict=True):
        assert fresh.path(artifact.files["letters"]).read_text() == letter * 100


def test_what_only_this_home_has_is_never_evicted(s3: Server, tmp_path: Path) -> None:
    alone = s3.store(tmp_path / "a")
    lonely = make_letters(Store(alone.root, alone.work), "l" * 500, parameters={"n": 0}).artifact
    age(alone)
    store = s3.store(tmp_path / "a", cache_bytes=100)
    make_letters(store, "d" * 100)
    assert lonely.files["letters"].sha256 in here(store)


def test_files_of_a_run_in_progress_stay(s3: Server, tmp_path: Path) -> None:
    store = s3.store(tmp_path / "a", cache_bytes=100)
    assert store.shared is not None
    make_letters(store, "a" * 100, parameters={"n": 0})
    age(store)
    store.shared.oldest_run = lambda: time.time() - 2 * OLD
    make_letters(store, "b" * 100, parameters={"n": 1})
    assert len(here(store)) == 2


@given(
    files=st.lists(st.tuples(st.integers(0, 50), st.integers(0, 100)), max_size=20),
    limit=st.integers(0, 300),
    since=st.integers(0, 100),
)
def test_eviction_removes_the_least_recently_used_and_no_more(
    files: list[tuple[int, int]], limit: int, since: int
) -> None:
    seen = [Seen(str(n), size, used * 10**9) for n, (size, used) in enumerate(files)]
    gone = to_evict(seen, limit, since)
    kept = [one for one in seen if one not in gone]
    left = sum(one.bytes for one in kept)
    assert all(one.mtime < since for one in gone)
    assert left <= limit or all(one.mtime >= since for one in kept)
    assert not gone or left + gone[-1].bytes > limit
    assert max((one.mtime_ns for one in gone), default=0) <= min((one.mtime_ns for one in kept), default=10**12)


def test_the_oldest_run_decides_what_is_in_use() -> None:
    assert in_use_since(10_000, None) == 10_000 - GRACE_SECONDS - USE_SECONDS
    assert in_use_since(10_000, 9_999) == 10_000 - GRACE_SECONDS - USE_SECONDS
    assert in_use_since(10_000, 5) == 5 - USE_SECONDS


def test_removal_reaches_the_bucket_also_for_evicted_files(s3: Server, tmp_path: Path) -> None:
    store = s3.store(tmp_path / "a")
    media = tmp_path / "media.bin"
    media.write_bytes(b"media")
    source = store.put(media)
    made = make_letters(store, inputs={"media": source.sha256}).artifact
    other = make_letters(store, "other", inputs={"media": "x"}).artifact
    for path in (store.root / "objects").rglob(made.files["letters"].sha256):
        path.unlink()
    remove(store, "key", frozenset(), {source.sha256}, frozenset())
    assert set(s3.names()) == {record_name(other.fingerprint), file_name(other.files["letters"].sha256)}
    assert make_letters(s3.store(tmp_path / "b"), inputs={"media": source.sha256}).status == "computed"


def test_removal_that_the_object_store_interrupts_can_be_repeated(
    s3: Server, tmp_path: Path, away: Callable[[Store], Store]
) -> None:
    store = s3.store(tmp_path / "a")
    media = tmp_path / "media.bin"
    media.write_bytes(b"media")
    source = store.put(media)
    make_letters(store, inputs={"media": source.sha256})
    with pytest.raises(TransientError):
        remove(away(store), "key", frozenset(), {source.sha256}, frozenset())
    assert remove(store, "key", frozenset(), {source.sha256}, frozenset()).artifacts == 1
    assert s3.names() == []


def test_a_sweep_removes_expired_results_everywhere_and_nothing_of_other_homes(s3: Server, tmp_path: Path) -> None:
    store, other = s3.store(tmp_path / "a"), s3.store(tmp_path / "b")
    make_letters(store)
    theirs = tmp_path / "theirs.bin"
    theirs.write_bytes(b"theirs")
    kept = other.put(theirs)
    store.put(theirs)
    rules = Rules(days=1, max_bytes=1 << 40, grace_seconds=0, intermediate=frozenset({"letters"}))
    report = sweep(store, rules, frozenset(), None, time.time() + 30 * 86400)
    assert report.artifacts == {"old": 1}
    assert s3.names() == [file_name(kept.sha256)]


def test_a_sweep_does_not_take_evicted_files_for_missing(s3: Server, tmp_path: Path) -> None:
    store = s3.store(tmp_path / "a")
    made = make_letters(store).artifact
    for path in (store.root / "objects").rglob(made.files["letters"].sha256):
        path.unlink()
    rules = Rules(days=1000, max_bytes=1 << 40, grace_seconds=0, intermediate=frozenset({"letters"}))
    report = sweep(store, rules, frozenset(), None, time.time() + 86400)
    assert not report.artifacts
    assert len(s3.names()) == 2


def test_links_stay_in_the_home(s3: Server, tmp_path: Path) -> None:
    one, two = (s3.store(tmp_path / name) for name in "ab")
    done = make_letters(one).artifact
    one.set_latest("letters", "key", done.fingerprint)
    assert one.latest("letters", "key") == done
    with pytest.raises(DependencyMissing):
        two.latest("letters", "key")
