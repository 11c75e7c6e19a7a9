"""Where an item comes from."""

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.media import Role


class Generation(Record):
    """How a file was generated: the same generator, model, prompt and seed give the same file."""

    generator: str
    model: str
    prompt: str
    seed: int


class ItemRecord(Record):
    """One item of uploads. ``id`` is ``VID-``, ``IMG-`` or ``AUD-`` and the beginning of its hash.

    ``replaces`` and ``reason`` tell of an item that was generated in place of another.
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
