"""The record of an artifact as it is written: JSON with a hash of its content."""

import json

from pydantic import ValidationError

from pytoon_pipeline.contracts.artifact import Artifact
from pytoon_pipeline.store.fingerprint import canonical, hash_value


def document_of(artifact: Artifact) -> bytes:
    """The record of an artifact."""
    body = artifact.model_dump(mode="json")
    return canonical({"artifact": body, "sha256": hash_value(body)})


def artifact_of(data: bytes, fingerprint: str) -> Artifact | None:
    """The artifact of a record; ``None`` when the record is damaged or that of another fingerprint."""
    try:
        document = json.loads(data)
        if hash_value(document["artifact"]) != document["sha256"]:
            return None
        artifact = Artifact.model_validate(document["artifact"])
    except (ValueError, KeyError, TypeError, ValidationError):
        return None
    return artifact if artifact.fingerprint == fingerprint else None
