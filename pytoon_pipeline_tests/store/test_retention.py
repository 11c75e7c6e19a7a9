"""Retention: only what can be computed again is removed, only when unused, and never a file before its record."""

import errno
import os
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.store import retention
from pytoon_pipeline.store.retention import ArtifactFacts, Decision, ObjectFacts, RetentionReport, Rules, decide, sweep
from pytoon_pipeline.store.stages import Stage, StageOutput, StageResult, run_stage
from pytoon_pipeline.store.store import USE_RESOLUTION_SECONDS, Store

DAY = 86400.0
NOW = 1_000 * DAY
GRACE = 2 * DAY
RULES = Rules(days=30, max_bytes=10**9, grace_seconds=GRACE, intermediate=frozenset({"segment", "joined"}))

times = st.floats(NOW - 60 * DAY, NOW + DAY)
files = st.sampled_from("abcdefgh")


@st.composite
def stores(draw: st.DrawFn) -> tuple[list[ArtifactFacts], list[ObjectFacts]]:
    """Records that share files, name one another as inputs, miss some of their files or are damaged."""
    objects = [ObjectFacts(name, draw(st.integers(1, 50)), draw(times)) for name in sorted(draw(st.sets(files)))]
    sizes = {one.sha256: one.bytes for one in objects}
    stages = st.sampled_from(["segment", "joined", "metadata", None])
    artifacts = []
    for number in range(draw(st.integers(0, 8))):
        stage = draw(stages)
        known = st.sets(files, max_size=3) if stage else st.just(set())
        held = {name: sizes.get(name, 7) for name in sorted(draw(known))}
        inputs = tuple(draw(st.lists(st.sampled_from([f"#{n}" for n in range(8)]), max_size=3)))
        artifacts.append(ArtifactFacts(f"#{number}", stage, draw(times), held, inputs))
    return artifacts, objects


rules = st.builds(
    Rules, days=st.floats(0, 60), max_bytes=st.integers(0, 400), grace_seconds=st.floats(0, 10 * DAY),
    intermediate=st.just(RULES.intermediate),
)  # fmt: skip


@given(stores(), rules, st.sets(files), st.none() | times)
def test_kept_protected_and_used_artifacts_stay_and_the_size_falls(
    facts: tuple[list[ArtifactFacts], list[ObjectFacts]], rules: Rules, protected: set[str], since: float | None
) -> None:
    artifacts, objects = facts
    decision = decide(artifacts, objects, rules, NOW, protected, since)
    busy = min(NOW - rules.grace_seconds, NOW if since is None else since)

    staying = [one for one in artifacts if one.fingerprint not in decision.artifacts]
    for one in artifacts:
        if one.fingerprint in decision.artifacts:
            assert one.stage is None or one.stage in rules.intermediate
            assert one.used + USE_RESOLUTION_SECONDS < busy
    needed = {name for one in staying if one.used + USE_RESOLUTION_SECONDS >= busy for name in one.inputs}
    assert not needed & decision.artifacts.keys(), "what something in use was made from stays"
    referred = {file for one in staying for file in one.files}
    young = {one.sha256 for one in objects if one.mtime >= busy}
    assert not (referred | protected | young) & decision.objects.keys()

    left = sum(one.bytes for one in objects if one.sha256 not in decision.objects)
    assert decision.bytes_after == left
    assert decision.bytes_before == left + sum(decision.objects.values())
    assert decision.excess == max(0, left - rules.max_bytes)
    if decision.excess:
        last = retention.last_uses(artifacts)
        held = {
            file for one in staying for file in one.files
            if one.stage not in rules.intermediate or last[one.fingerprint] >= busy
        }  # fmt: skip
        assert {one.sha256 for one in objects} - decision.objects.keys() <= held | protected | young


@given(stores(), st.integers(0, 400), st.integers(0, 400))
def test_a_larger_limit_removes_no_more(
    facts: tuple[list[ArtifactFacts], list[ObjectFacts]], one: int, other: int
) -> None:
    def gone(limit: int) -> Decision:
        return decide(*facts, Rules(30, limit, GRACE, RULES.intermediate), NOW)

    small, large = gone(min(one, other)), gone(max(one, other))
    assert small.artifacts.items() >= large.artifacts.items()
    assert small.objects.items() >= large.objects.items()


def segment(name: str, days: float, *files: str, stage: str = "segment", inputs: tuple[str, ...] = ()) -> ArtifactFacts:
    return ArtifactFacts(name, stage, NOW - days * DAY, dict.fromkeys(files or (name,), 10), inputs)


def holding(*names: str, days: float = 90) -> list[ObjectFacts]:
    return [ObjectFacts(name, 10, NOW - days * DAY) for name in names]


def test_the_longest_unused_goes_first_and_no_more_than_needed() -> None:
    artifacts = [segment("a", 9), segment("b", 20), segment("c", 15), segment("d", 40)]
    decision = decide(artifacts, holding(*"abcd"), Rules(30, 20, GRACE, RULES.intermediate), NOW)
    assert decision.artifacts == {"d": "old", "b": "size"}
    assert decision.objects == {"d": 10, "b": 10}
    assert (decision.bytes_before, decision.bytes_after, decision.excess) == (40, 20, 0)


def test_a_shared_file_goes_with_the_last_that_refers_to_it() -> None:
    artifacts = [segment("a", 9, "a", "shared"), segment("b", 8, "b", "shared"), segment("c", 7)]

    def gone(limit: int) -> tuple[set[str], set[str]]:
        decision = decide(artifacts, holding("a", "b", "c", "shared"), Rules(30, limit, GRACE, RULES.intermediate), NOW)
        return set(decision.artifacts), set(decision.objects)

    assert gone(30) == ({"a"}, {"a"})
    assert gone(29) == gone(10) == ({"a", "b"}, {"a", "b", "shared"})


def test_segments_of_a_video_in_use_stay_with_it_but_not_those_of_its_earlier_version() -> None:
    """A run that finds a whole video does not read its segments; the next edit of it does."""
    artifacts = [
        segment("one", 50), segment("two", 50), segment("two, as it was", 50),
        segment("video", 3, "one", "two", stage="joined"),
        segment("video, as it was", 50, "one", "two, as it was", stage="joined"),
    ]  # fmt: skip
    decision = decide(artifacts, holding("one", "two", "two, as it was"), RULES, NOW)
    assert decision.artifacts == {"two, as it was": "old", "video, as it was": "old"}
    assert decision.objects.keys() == {"two, as it was"}


def test_to_free_space_nothing_is_removed_that_frees_none() -> None:
    artifacts = [segment("kept", 90, "file", stage="metadata"), segment("a", 9, "file"), segment("b", 8)]
    artifacts.append(ArtifactFacts("empty", "segment", NOW - 10 * DAY, {}))
    decision = decide(artifacts, holding("file", "b"), Rules(30, 0, GRACE, RULES.intermediate), NOW)
    assert decision.artifacts == {"b": "size"}
    assert decision.excess == 10


# On a real store


class Text(Record):
    text: str


SEGMENT, JOINED, METADATA = Stage("segment", 1), Stage("joined", 1), Stage("metadata", 1)


def make(store: Store, stage: Stage, text: str, inputs: dict[str, str] | None = None) -> StageResult:
    def write(room: Path) -> StageOutput:
        (room / "out").write_text(text)
        return StageOutput(Text(text=text), {"out": room / "out"})

    return run_stage(store, stage, write, inputs=inputs or {"text": text})


def join(store: Store, *parts: StageResult) -> StageResult:
    stored = {f"part-{n}": part.artifact.files["out"] for n, part in enumerate(parts)}
    inputs = {name: file.sha256 for name, file in stored.items()}
    return run_stage(store, JOINED, lambda room: StageOutput(Text(text="joined"), stored=stored), inputs=inputs)


def record_of(store: Store, done: StageResult) -> Path:
    return next((store.root / "artifacts").rglob(f"{done.artifact.fingerprint}.json"))


def object_of(store: Store, done: StageResult) -> Path:
    return store.path(done.artifact.files["out"])


def age(store: Store, days: float, *done: StageResult) -> None:
    """Dates results, or all of them, back by ``days``."""
    paths = [path for one in done for path in (record_of(store, one), object_of(store, one))]
    then = time.time() - days * DAY
    for path in paths or [path for path in store.root.rglob("*") if path.is_file()]:
        os.utime(path, (then, then))


def swept(
    store: Store, rules: Rules = RULES, protected: set[str] | None = None, since: float | None = None
) -> RetentionReport:
    return sweep(store, rules, protected or set(), since, time.time())


def test_a_sweep_removes_old_results_and_they_are_computed_again_on_request(store: Store) -> None:
    old, new, kept = make(store, SEGMENT, "old"), make(store, SEGMENT, "newer"), make(store, METADATA, "kept")
    source = store.put(record_of(store, kept))
    store.set_latest("segment", "key", old.artifact.fingerprint)
    store.set_latest("segment", "other", new.artifact.fingerprint)
    age(store, 40)
    age(store, 3, new)

    done = swept(store, protected={source.sha256})
    assert done == RetentionReport({"old": 1}, 1, 1, 3, 9 + source.bytes, 0)
    assert [path.name for path in store.work.iterdir()] == ["mutex"]
    assert [path.name for path in (store.root / "links").rglob("*") if path.is_file()] == ["other"]
    assert store.verify(source)
    fresh = Store(store.root, store.work)
    again = [make(fresh, SEGMENT, "old"), make(fresh, SEGMENT, "newer"), make(fresh, METADATA, "kept")]
    assert [one.status for one in again] == ["computed", "cached", "cached"]
    assert object_of(fresh, again[0]).read_text() == "old"
    assert swept(store, protected={source.sha256}).artifacts == {}


def test_reading_and_recomputing_count_as_use(store: Store) -> None:
    found, lost = make(store, SEGMENT, "found"), make(store, SEGMENT, "lost")
    age(store, 40)
    assert store.find(found.artifact.fingerprint)
    record_of(store, lost).unlink()
    file = store.work / "again"
    file.write_text("lost")
    assert store.adopt(file) == lost.artifact.files["out"]
    assert swept(store) == RetentionReport({}, 0, 0, 0, 9, 0)


def test_use_is_not_recorded_every_time(store: Store) -> None:
    done = make(store, SEGMENT, "text")
    age(store, 0.5 * USE_RESOLUTION_SECONDS / DAY)
    before = record_of(store, done).stat().st_mtime_ns
    assert store.find(done.artifact.fingerprint)
    assert record_of(store, done).stat().st_mtime_ns == before


def test_results_that_a_running_run_may_use_stay(store: Store) -> None:
    make(store, SEGMENT, "text")
    age(store, 40)
    assert swept(store, since=time.time() - 40 * DAY - 60).objects == 0
    assert swept(store, since=time.time() - 39 * DAY).objects == 1


def test_a_store_that_cannot_be_written_is_still_read(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    done = make(store, SEGMENT, "text")
    age(store, 40)

    def refuse(code: int) -> Callable[..., None]:
        def utime(path: Path, *, ns: tuple[int, int]) -> None:
            raise OSError(code, os.strerror(code))

        return utime

    monkeypatch.setattr(os, "utime", refuse(errno.EROFS))
    assert make(store, SEGMENT, "text").artifact == done.artifact
    monkeypatch.setattr(os, "utime", refuse(errno.EIO))
    with pytest.raises(OSError, match="Input/output"):
        store.find(done.artifact.fingerprint)


def test_damaged_records_and_foreign_files_are_handled(store: Store) -> None:
    half, young, hollow = (make(store, SEGMENT, text) for text in ("half", "young", "hollow"))
    kept = make(store, METADATA, "kept")
    for one in (half, young):
        record_of(store, one).write_bytes(record_of(store, one).read_bytes()[:50])
    for one in (hollow, kept):
        object_of(store, one).unlink()
    stranger = store.root / "objects" / "notes.txt"
    other = record_of(store, half).with_suffix(".json.bak")
    for path in (stranger, other):
        path.write_text("mine")
    age(store, 3)
    os.utime(record_of(store, young))

    done = swept(store)
    assert done.artifacts == {"damaged": 1, "incomplete": 1}
    # The references of a damaged record are unknown: its file counts as unreferenced.
    assert (done.objects, done.bytes_freed) == (2, 9)
    assert record_of(store, young).exists()
    assert record_of(store, kept).exists(), "kept for ever, whatever happens to its file"
    assert stranger.exists()
    assert other.exists()


Happening = Callable[[], object]


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Happening], None]:
    """Lets something happen once during a sweep: after its decision, or when it removes the first file."""

    def arrange(moment: str, happening: Happening) -> None:
        owner, name = (retention, "decide") if moment == "decided" else (os, "replace")
        original, times = getattr(owner, name), count()

        def then(*arguments: object) -> object:
            result = original(*arguments) if moment == "decided" else None
            if next(times) == 0:
                happening()
            return result or original(*arguments)

        monkeypatch.setattr(owner, name, then)

    return arrange


@pytest.mark.parametrize("moment", ["decided", "removing"])
def test_results_used_during_a_sweep_stay_with_their_files(
    store: Store, meanwhile: Callable[[str, Happening], None], moment: str
) -> None:
    found, lone = make(store, SEGMENT, "found"), make(store, SEGMENT, "lone")
    record_of(store, lone).unlink()
    (store.work / "again").write_text("lone")
    age(store, 40)
    run = Store(store.root, store.work)
    meanwhile(moment, lambda: (run.find(found.artifact.fingerprint), run.adopt(store.work / "again")))
    assert swept(store) == RetentionReport({}, 0, 0, 0, 9, 0)
    assert run.find(found.artifact.fingerprint) == found.artifact
    assert run.verify(lone.artifact.files["out"])


def test_concurrent_sweeps_agree(store: Store, meanwhile: Callable[[str, Happening], None]) -> None:
    for n in range(5):
        make(store, SEGMENT, f"text {n}")
    age(store, 40)
    other: list[RetentionReport] = []
    meanwhile("decided", lambda: other.append(swept(store)))
    assert [swept(store).objects, other[0].objects] == [0, 5]


def test_an_interrupted_sweep_leaves_no_record_without_its_file(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    remove = retention.remove_file

    def steps(store: Store, most: int) -> Iterator[bool]:
        left = iter(range(most))

        def some(*arguments: object) -> bool:
            if next(left, None) is None:
                raise KeyboardInterrupt
            return remove(*arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(retention, "remove_file", some)
        join(store, *(make(store, SEGMENT, text) for text in ("one", "two")))
        age(store, 40)
        try:
            swept(store)
            yield True
        except KeyboardInterrupt:
            yield False

    for most in range(9):
        whole = next(steps(store, most))
        for path in (store.root / "artifacts").rglob("*.json"):
            artifact = store.record(path.stem)
            assert artifact is not None
            assert all(store.verify(file) for file in artifact.files.values())
    assert whole
    assert not [path for path in store.root.rglob("*") if path.is_file()]
