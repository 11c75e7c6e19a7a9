"""The base of all records."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict
from typing_extensions import Self


class Record(BaseModel):
    """An immutable value. Unknown fields are an error, so that a misspelt key is never ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with other values. Raises ``ValueError`` for unknown fields, which pydantic would add silently."""
        if unknown := set(update or ()) - set(type(self).model_fields):
            raise ValueError(f"{type(self).__name__} has no field {', '.join(sorted(unknown))}.")
        return super().model_copy(update=update, deep=deep)
