"""Nested settings: merging changes into them, and naming each by its path."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from pytoon_pipeline.contracts.base import Record

R = TypeVar("R", bound=Record)


def merge(settings: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """``settings`` with ``changes``. Groups are merged at every depth; any other value, a list too, is replaced."""
    merged = dict(settings)
    for name, value in changes.items():
        old = merged.get(name)
        merged[name] = merge(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return merged


def copy_with(record: R, changes: Mapping[str, Any]) -> R:
    """A copy of ``record`` with ``changes``, nested as its records are. Raises ``ValueError`` for unknown fields."""
    return record.model_copy(
        update={
            name: copy_with(getattr(record, name), value) if isinstance(value, Mapping) else value
            for name, value in changes.items()
        }
    )


def leaves(settings: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """Each single value with its path, such as ``camera.zoom_pulse.amount``."""
    for name, value in settings.items():
        if isinstance(value, Mapping):
            yield from leaves(value, f"{path}{name}.")
        else:
            yield f"{path}{name}", value
