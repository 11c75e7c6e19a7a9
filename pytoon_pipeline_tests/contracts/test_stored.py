"""Artifacts as typed values."""

import pytest
from pydantic import ValidationError

from pytoon_pipeline.contracts.analysis import FaceSummary
from pytoon_pipeline.contracts.artifact import StoredFile
from pytoon_pipeline.contracts.media import MediaInfo
from pytoon_pipeline.contracts.stored import Stored, StoredItems
from pytoon_pipeline.store.stages import Stage, StageOutput, run_stage
from pytoon_pipeline.store.store import Store

SUMMARY = FaceSummary(samples=5, with_face=2, faces=3)


def test_a_stored_record_has_its_value_fingerprint_and_files(store: Store) -> None:
    file = StoredFile(sha256="a" * 64, bytes=1)
    artifact = run_stage(
        store, Stage("faces", 1), lambda scratch: StageOutput(SUMMARY, stored={"faces": file}), inputs={}
    ).artifact
    stored = Stored[FaceSummary].of(artifact)
    assert stored.value == SUMMARY
    assert (stored.fingerprint, stored.files) == (artifact.fingerprint, {"faces": file})
    items = StoredItems[FaceSummary].of(artifact, {"i": artifact})
    assert items.values == {"i": SUMMARY}
    assert items.items["i"] == stored


def test_another_type_of_record_is_refused(store: Store) -> None:
    artifact = run_stage(store, Stage("faces", 1), lambda scratch: StageOutput(SUMMARY), inputs={}).artifact
    with pytest.raises(ValidationError):
        Stored[MediaInfo].of(artifact)
