"""The store: nothing half-written is seen, damage counts as absent, work is done once."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Timer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.attempt import Attempt
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.errors import DependencyMissing, InvalidInput, TransientError
from pytoon_pipeline.intake.ingest import key_of, store_upload
from pytoon_pipeline.runtime.atomic import write_bytes
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.locks import slot
from pytoon_pipeline.runtime.scratch import scratch_dir
from pytoon_pipeline.store.fingerprint import fingerprint, hash_files
from pytoon_pipeline.store.stages import Stage, StageOutput, StageResult, run_stage
from pytoon_pipeline.store.store import Store, run_to_end

STAGE = Stage("letters", 1)


class Letters(Record):
    text: str


def make_letters(store: Store, text: str = "abc", **changes: object) -> StageResult:
    def make(room: Path) -> StageOutput:
        (room / "letters.txt").write_text(text)
        return StageOutput(Letters(text=text), {"letters": room / "letters.txt"})

    arguments: dict = {"inputs": {"from": "x"}, "parameters": {"n": 1}, "tools": {"pen": "1"}} | changes
    return run_stage(store, arguments.pop("stage", STAGE), make, **arguments)


def test_the_same_work_is_done_once(store: Store) -> None:
    first, second = make_letters(store), make_letters(store)
    assert (first.status, second.status) == ("computed", "cached")
    assert second.artifact == first.artifact
    assert store.path(second.artifact.files["letters"]).read_text() == "abc"


@pytest.mark.parametrize(
    "change",
    [
        {"stage": Stage("letters", 2)},
        {"inputs": {"from": "y"}},
        {"parameters": {"n": 2}},
        {"tools": {"pen": "2"}},
    ],
)
def test_whatever_decides_a_result_makes_new_work(store: Store, change: dict) -> None:
    make_letters(store)
    assert make_letters(store, **change).status == "computed"


@pytest.mark.parametrize("what", ["file changed", "file shortened", "file gone", "record changed", "record cut"])
def test_damage_counts_as_absent_and_is_made_again(store: Store, what: str) -> None:
    artifact = make_letters(store).artifact
    file = store.path(artifact.files["letters"])
    record = next((store.root / "artifacts").rglob("*.json"))
    match what:
        case "file changed":
            file.write_text("abd")
        case "file shortened":
            file.write_text("a")
        case "file gone":
            file.unlink()
        case "record changed":
            record.write_text(record.read_text().replace('"text":"abc"', '"text":"abd"'))
        case "record cut":
            record.write_bytes(record.read_bytes()[:-20])
    fresh = Store(store.root, store.work)
    assert fresh.find(artifact.fingerprint) is None
    assert make_letters(fresh).status == "computed"
    assert fresh.path(artifact.files["letters"]).read_text() == "abc"


def test_asking_for_a_damaged_file_is_a_typed_error(store: Store) -> None:
    file = make_letters(store).artifact.files["letters"]
    store.path(file).write_text("something else")
    with pytest.raises(DependencyMissing, match="artifact_damaged"):
        store.path(file)


def test_work_that_fails_leaves_nothing(store: Store) -> None:
    def make(room: Path) -> StageOutput:
        (room / "half.txt").write_text("half")
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        run_stage(store, STAGE, make, inputs={})
    assert not [path for path in store.root.rglob("*") if path.is_file()]
    assert [path.name for path in store.work.iterdir()] == ["mutex"]


def test_a_failed_write_keeps_the_old_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    write_bytes(path, b"old")

    def fail(descriptor: int) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        write_bytes(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_process_left_is_swept(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from pytoon_pipeline.runtime.scratch import scratch_dir\n"
        "with scratch_dir(Path(sys.argv[1])) as room:\n"
        "    (room / 'half').write_text('x'); print('ready', flush=True); time.sleep(3600)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with scratch_dir(tmp_path):
            assert len(list(tmp_path.glob("scratch-*/half"))) == 1, "a live process keeps its room"
        process.send_signal(signal.SIGKILL)
    time.sleep(0.05)
    with scratch_dir(tmp_path) as room:
        assert {path.name for path in tmp_path.iterdir()} == {room.name, f"{room.name}.lock", "mutex"}


def test_rooms_opened_at_once_do_not_clear_each_other(tmp_path: Path) -> None:
    def use(number: int) -> bool:
        with scratch_dir(tmp_path) as room:
            (room / "file").write_text(str(number))
            time.sleep(0.002)
            return (room / "file").read_text() == str(number)

    with ThreadPoolExecutor(16) as workers:
        assert all(workers.map(use, range(400)))
    assert [path.name for path in tmp_path.iterdir()] == ["mutex"]


def test_a_link_to_nothing_says_what_to_materialize(store: Store) -> None:
    with pytest.raises(DependencyMissing, match="Materialize “letters”"):
        store.latest("letters", "key")
    done = make_letters(store)
    store.set_latest("letters", "key", done.artifact.fingerprint)
    assert store.latest("letters", "key") == done.artifact


def test_lineage_lists_every_ancestor_once_in_order(store: Store) -> None:
    a = make_letters(store, stage=Stage("a", 1)).artifact
    b = make_letters(store, stage=Stage("b", 1), inputs={"a": a.fingerprint}).artifact
    c = make_letters(store, stage=Stage("c", 1), inputs={"a": a.fingerprint, "b": b.fingerprint}).artifact
    assert [one.stage for one in store.lineage(c)] == ["a", "b"]


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=4))
def test_the_order_of_inputs_does_not_matter(inputs: dict[str, str]) -> None:
    turned = dict(reversed(inputs.items()))
    assert fingerprint("s", 1, inputs, {}, {}) == fingerprint("s", 1, turned, {}, {})


def test_a_key_is_the_hash_of_the_media(tmp_path: Path, home: Home, store: Store) -> None:
    a, b = tmp_path / "a.mp4", tmp_path / "b.mp4"
    a.write_bytes(b"first")
    b.write_bytes(b"second")
    uploads = Uploads(home)
    one = run_to_end(store_upload(store, [(a, "media")], "title", {}))
    assert one.key == hash_files(a)[:32]
    both = run_to_end(store_upload(store, [(a, "media"), (b, "media")], "title", {"variant": "teaser"}))
    assert both.key == key_of([(a, "media"), (b, "media")], {"variant": "teaser"})
    uploads.register(one)
    uploads.register(both)
    joined = tmp_path / "joined"
    joined.write_bytes(b"firstsecond")
    assert both.key == f"{hash_files(joined)[:32]}-teaser"
    assert uploads.get(both.key) == both
    assert set(uploads.keys()) == {one.key, both.key}


def test_of_several_failures_in_a_run_bad_input_tells_most(home: Home) -> None:
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


def test_another_file_begins_attempts_anew(tmp_path: Path, home: Home, store: Store) -> None:
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


def test_seats_are_taken_by_turns_and_free_when_their_holder_dies(tmp_path: Path) -> None:
    held = "import sys,time; from pathlib import Path; from pytoon_pipeline.runtime.locks import slot\n"
    held += "with slot(Path(sys.argv[1]), 'encoder', 1): print('held', flush=True); time.sleep(3600)"
    with subprocess.Popen([sys.executable, "-c", held, str(tmp_path)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        killed = Event()

        def kill() -> None:
            killed.set()
            holder.kill()

        Timer(0.5, kill).start()
        with slot(tmp_path, "encoder", 1):
            assert killed.is_set(), "not before its holder was killed"
    with slot(tmp_path, "encoder", 2), slot(tmp_path, "encoder", 2), slot(tmp_path, "transcriber", 1):
        pass


def test_a_name_that_is_no_text_is_kept_readable(tmp_path: Path, home: Home, store: Store) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9\n.mp4"))
    path.write_bytes(b"x")
    upload = run_to_end(store_upload(store, [(path, "media")], path.stem, {}))
    Uploads(home).register(upload)
    assert (upload.title, upload.items[0].name) == ("caf\ufffd\ufffd", "caf\ufffd\ufffd.mp4")
    assert Uploads(home).get(upload.key) == upload


@pytest.mark.parametrize("key", ["../../etc/passwd", "", "0" * 31, "0" * 32 + "-../x"])
def test_a_key_never_leads_out_of_the_register(home: Home, key: str) -> None:
    with pytest.raises(InvalidInput, match="unknown_upload"):
        Uploads(home).get(key)
