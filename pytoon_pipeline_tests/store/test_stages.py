"""Stages: the same work is done once; damage counts as absent."""

from pathlib import Path

import pytest

from pytoon_pipeline.store.stages import Stage, StageOutput, run_stage
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness.stages import STAGE, make_letters


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
def test_whatever_decides_a_result_causes_new_work(store: Store, change: dict) -> None:
    make_letters(store)
    assert make_letters(store, **change).status == "computed"


@pytest.mark.parametrize("what", ["file changed", "file shortened", "file gone", "record changed", "record cut"])
def test_damage_counts_as_absent_and_is_computed_again(store: Store, what: str) -> None:
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


def test_work_that_fails_leaves_nothing(store: Store) -> None:
    def make(room: Path) -> StageOutput:
        (room / "half.txt").write_text("half")
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        run_stage(store, STAGE, make, inputs={})
    assert not [path for path in store.root.rglob("*") if path.is_file()]
    assert [path.name for path in store.work.iterdir()] == ["mutex"]
