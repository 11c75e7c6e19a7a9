"""Artifacts as typed values: what a stage hands to the next one."""

from collections.abc import Mapping
from typing import Generic, TypeVar

from typing_extensions import Self

from pytoon_pipeline.contracts.artifact import Artifact, StoredFile
from pytoon_pipeline.contracts.base import Record

R = TypeVar("R", bound=Record)


class Stored(Record, Generic[R]):
    """A record together with the artifact that holds it."""

    artifact: Artifact
    value: R

    @classmethod
    def of(cls, artifact: Artifact) -> Self:
        """The typed view of an artifact; call it on a concrete type, such as ``Stored[RenderSpec]``.

        Raises ``ValidationError`` when the artifact holds another type of record.
        """
        return cls.model_validate({"artifact": artifact, "value": artifact.value})

    @property
    def fingerprint(self) -> str:
        return self.artifact.fingerprint

    @property
    def files(self) -> dict[str, StoredFile]:
        """The files of the artifact, by role."""
        return self.artifact.files


class StoredItems(Record, Generic[R]):
    """One record for each item of an upload that a stage covers, by the item's SHA-256.

    ``artifact`` is the collection; its fingerprint changes when that of any item changes.
    """

    artifact: Artifact
    items: dict[str, Stored[R]]

    @classmethod
    def of(cls, artifact: Artifact, parts: Mapping[str, Artifact]) -> Self:
        """The typed view of a collection whose items' artifacts are ``parts``; call it on a concrete type.

        Raises ``ValidationError`` when a part holds another type of record.
        """
        items = {item: {"artifact": part, "value": part.value} for item, part in parts.items()}
        return cls.model_validate({"artifact": artifact, "items": items})

    @property
    def fingerprint(self) -> str:
        return self.artifact.fingerprint

    @property
    def values(self) -> dict[str, R]:
        """The records alone."""
        return {item: stored.value for item, stored in self.items.items()}
