"""The origin of an item."""

from typing import Annotated

from pydantic import BeforeValidator

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.media import Origin, Role, named_origin


class Generation(Record):
    """How a file was generated: the same generator, model, prompt and seed generate the same file."""

    generator: str
    model: str
    prompt: str
    seed: int


class ItemRecord(Record):
    """One item of an upload. ``id`` is ``VID-``, ``IMG-``, ``AUD-``, ``SUB-`` or ``FNT-`` and the first digits of its
    SHA-256.

    ``origin`` says whether a person uploaded it, Pytoon generated it, or it belongs to the brand. For an item that was
    generated again, ``replaces`` is the id of the earlier one and ``reason`` says why.
    """

    id: str
    sha256: str
    name: str
    role: Role
    origin: Annotated[Origin, BeforeValidator(named_origin)]
    licence: str | None = None
    generation: Generation | None = None
    replaces: str | None = None
    reason: str | None = None
