"""What a person asks for."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from pytoon_pipeline.contracts.base import Record

DEFAULT_PRESET = "clean-talk"


class MediaRequest(Record):
    """One item of the upload: a file name inside its folder."""

    file: str = Field(min_length=1)


def _plain_name(value: object) -> object:
    return {"file": value} if isinstance(value, str) else value


class Request(Record):
    """``request.yaml``. Everything has a default: a bare video gets the default preset.

    ``adjust`` changes single settings of the preset, by the same names (``adjust.silence.drop_db``).
    """

    version: Literal[1] = 1
    archetype: Literal["footage"] = "footage"
    preset: str = Field(default=DEFAULT_PRESET, pattern=r"^[a-z0-9][a-z0-9-]*$")
    adjust: dict[str, dict[str, Any]] = Field(default_factory=dict)
    media: tuple[Annotated[MediaRequest, BeforeValidator(_plain_name)], ...] = Field(default=(), max_length=1)
    max_seconds: float = Field(default=60.0, ge=1, le=60)
    variant: str | None = Field(default=None, pattern=r"^[a-z0-9][a-z0-9-]{0,30}$")
