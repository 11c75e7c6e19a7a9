"""Hashes that name content and work."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

CHUNK = 1 << 20


def hash_files(*paths: Path) -> str:
    """SHA-256 of the bytes of files one after the other, as hex."""
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb", buffering=0) as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
    return digest.hexdigest()


def canonical(value: Any) -> bytes:
    """JSON with one spelling: sorted keys, no spaces, UTF-8."""
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
    """The name of a piece of work: equal when nothing that decides its result differs."""
    return hash_value(
        {
            "stage": stage,
            "version": version,
            "inputs": dict(inputs),
            "parameters": dict(parameters),
            "tools": dict(tools),
        }
    )
