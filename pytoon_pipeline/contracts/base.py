"""What every record has in common."""

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """An immutable value. Unknown fields are an error, so that a misspelt key is never ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")
