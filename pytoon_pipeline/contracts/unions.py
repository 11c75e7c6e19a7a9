"""Discriminated unions by ``kind``, as people write them: a kind without settings may be its bare name."""

from typing import Any, get_args

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from pytoon_pipeline.contracts.base import Record


class ByKind:
    """Annotates a discriminated union of records. ``name`` is what one of them is called in error messages.

    Used as ``Annotated[Blur | Grade, Field(discriminator="kind"), ByKind("effect")]``: the union is the only place
    where a kind is listed.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        records: tuple[type[Record], ...] = get_args(source)
        union = handler(source)
        bare = sorted(_kind(one) for one in records if not any(f.is_required() for f in one.model_fields.values()))
        names = [core_schema.literal_schema(bare)] if bare else []
        return core_schema.no_info_before_validator_function(
            lambda value: self._read(value, records),
            union,
            json_schema_input_schema=core_schema.union_schema([union, *names]),
        )

    def _read(self, value: Any, records: tuple[type[Record], ...]) -> Any:
        """``value`` with a bare name spelt out. Raises for an unknown kind."""
        document = {"kind": value} if isinstance(value, str) else value
        kind = document.get("kind") if isinstance(document, dict) else getattr(document, "kind", None)
        known = [_kind(record) for record in records]
        if kind not in known:
            raise PydanticCustomError(
                "kind",
                "unknown {name} “{kind}”; use one of: {known}",
                {"name": self.name, "kind": str(kind)[:40], "known": ", ".join(sorted(known))},
            )
        return document


def _kind(record: type[Record]) -> str:
    return str(record.model_fields["kind"].default)
