"""Artifacts: results of stages in the store."""

from typing import Any, TypeVar

from pytoon_pipeline.contracts.base import Record

R = TypeVar("R", bound=Record)


class StoredFile(Record):
    """A file in the store, named by its content."""

    sha256: str
    bytes: int


class Artifact(Record):
    """The result of one stage: a value, files, and everything that determined it.

    ``seconds`` is the time of the computation, not of a later read from the store.
    """

    stage: str
    version: int
    fingerprint: str
    inputs: dict[str, str]
    parameters: dict[str, Any]
    tools: dict[str, str]
    value: dict[str, Any]
    files: dict[str, StoredFile]
    seconds: float
    device: str
    precision: str = ""

    def read(self, record: type[R]) -> R:
        """The value as ``record``."""
        return record.model_validate(self.value)

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files.values())


class ItemArtifacts(Record):
    """The results of a stage for each of its items: fingerprints by the item's SHA-256."""

    items: dict[str, str]
