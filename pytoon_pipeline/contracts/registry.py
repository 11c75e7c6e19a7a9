"""Open tables: sets of records told apart by their ``kind``, which a new one joins by registering its class."""

from typing import Any, Generic, TypeVar

from pydantic import ValidationError
from pydantic_core import PydanticCustomError, core_schema

from pytoon_pipeline.contracts.base import Record

R = TypeVar("R", bound=Record)

# Marks the place of a table in a JSON Schema until ``schemas`` lists the table's members there.
PLACE = "x-kinds"


class Registry(Generic[R]):
    """A table of record classes, each with a field ``kind`` that defaults to its name.

    Used as ``Annotated[Effect, EFFECTS]``. In documents a kind without settings may be written as its bare name.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.classes: dict[str, type[R]] = {}

    def register(self, cls: type[R]) -> type[R]:
        """Class decorator: adds ``cls`` to the table. Raises ``ValueError`` when its kind is taken."""
        kind = cls.model_fields["kind"].default
        if kind in self.classes:
            raise ValueError(f"There is already a kind of {self.name} named {kind}.")
        self.classes[kind] = cls
        return cls

    def read(self, value: Any) -> R:
        """``value`` as the record of its kind."""
        if isinstance(value, Record):
            if type(value) in self.classes.values():
                return value  # type: ignore[return-value]
            value = type(value).__name__
        document = {"kind": value} if isinstance(value, str) else value
        kind = document.get("kind") if isinstance(document, dict) else None
        if not isinstance(kind, str) or kind not in self.classes:
            known = ", ".join(sorted(self.classes))
            raise PydanticCustomError(
                "kind", "there is no {name} “{kind}”; use one of: {known}",
                {"name": self.name, "kind": str(kind)[:40], "known": known},
            )  # fmt: skip
        try:
            return self.classes[kind].model_validate(document)
        except ValidationError as error:
            said = "; ".join(
                f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors(include_url=False)
            )
            raise PydanticCustomError("kind", "{said}", {"said": said}) from None

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self.read,
            serialization=core_schema.plain_serializer_function_ser_schema(lambda value: value.model_dump(mode="json")),
        )

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        return {PLACE: self.name}
