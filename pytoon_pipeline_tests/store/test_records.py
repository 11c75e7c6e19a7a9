"""Records: what was written is read, and nothing else."""

import pytest

from pytoon_pipeline.contracts.artifact import Artifact, StoredFile
from pytoon_pipeline.store.records import artifact_of, document_of

ARTIFACT = Artifact(
    stage="letters", version=1, fingerprint="f" * 64, inputs={}, parameters={"n": 1}, tools={}, value={"text": "abc"},
    files={"letters": StoredFile(sha256="a" * 64, bytes=3)}, seconds=1.5, device="cpu",
)  # fmt: skip


def test_what_was_written_is_read() -> None:
    assert artifact_of(document_of(ARTIFACT), ARTIFACT.fingerprint) == ARTIFACT


@pytest.mark.parametrize(("old", "new"), [(b"abc", b"abd"), (b"letters", b"lettera"), (b"{", b"["), (b"sha256", b"x")])
def test_a_changed_record_is_none(old: bytes, new: bytes) -> None:
    assert artifact_of(document_of(ARTIFACT).replace(old, new), ARTIFACT.fingerprint) is None


@pytest.mark.parametrize("data", [b"", b"null", b"[]", b"{}", b"\xff"])
def test_what_is_no_record_is_none(data: bytes) -> None:
    assert artifact_of(data, ARTIFACT.fingerprint) is None


def test_the_record_of_another_artifact_is_none() -> None:
    assert artifact_of(document_of(ARTIFACT), "e" * 64) is None
