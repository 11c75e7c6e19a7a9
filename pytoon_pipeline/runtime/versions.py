"""Versions of installed distributions. Each is read once: a stage names several, and each takes a millisecond."""

import importlib.metadata
from functools import cache


@cache
def version(distribution: str) -> str:
    """Raises ``PackageNotFoundError`` when it is not installed."""
    return importlib.metadata.version(distribution)
