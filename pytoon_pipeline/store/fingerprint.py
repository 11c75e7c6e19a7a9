"""Hashes that identify content and stage results."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

CHUNK = 1 << 20


def hash_files(*paths: Path) -> str:
    """SHA-256 of the concatenated bytes of files, as hex."""
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb", buffering=0) as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
    return digest.hexdigest()


def canonical(value: Any) -> bytes:
    """Canonical JSON: sorted keys, no spaces, UTF-8. Raises ``ValueError`` for NaN and infinity."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def hash_value(value: Any) -> str:
    """SHA-256 of a JSON value, as hex."""
    return hashlib.sha256(canonical(value)).hexdigest()


def fingerprint(
    stage: str,
    version: int,
    inputs: Mapping[str, str],
    parameters: Mapping[str, Any],
    tools: Mapping[str, str],
) -> str:
    """The identity of a stage result: equal when everything that affects the result is equal."""
    return hash_value(
        {
            "stage": stage,
            "version": version,
            "inputs": dict(inputs),
            "parameters": dict(parameters),
            "tools": dict(tools),
        }
    )
