"""The origin of an item."""

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.media import Role


class Generation(Record):
    """How a file was generated: the same generator, model, prompt and seed generate the same file."""

    generator: str
    model: str
    prompt: str
    seed: int


class ItemRecord(Record):
    """One item of uploads. ``id`` is ``VID-``, ``IMG-`` or ``AUD-`` and the first digits of its SHA-256.

    For an item that was generated again, ``replaces`` is the id of the earlier one and ``reason`` says why.
    """

    id: str
    sha256: str
    name: str
    role: Role
    origin: str
    licence: str | None = None
    generation: Generation | None = None
    replaces: str | None = None
    reason: str | None = None
