"""What a person asks for, as written in ``request.yaml``."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from pytoon_pipeline.contracts.archetypes import Archetype
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.edit_plan import EditPlan
from pytoon_pipeline.contracts.rendering import EnginePolicy
from pytoon_pipeline.contracts.transitions import TransitionChoice

Line = Annotated[str, Field(max_length=600)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
OriginalAudio = Literal["keep", "lower", "mute"]
Fit = Literal["auto", "cover", "contain", "bars"]
# Photos and clips that one video takes.
MAX_MEDIA = 40


class MediaRequest(Record):
    """One item of the upload, by its file name inside the folder.

    ``start`` and ``end`` are the part of a clip that is used, in seconds; for a picture, how long it is shown.
    """

    file: str = Field(min_length=1)
    text: Line | None = None
    start: float = Field(default=0, ge=0, le=7200)
    end: float | None = Field(default=None, gt=0, le=7200)
    fit: Fit | None = None
    audio: OriginalAudio | None = None

    @model_validator(mode="after")
    def _ordered(self) -> "MediaRequest":
        if self.end is not None and self.end <= self.start:
            raise ValueError("end must be after start")
        return self


class TextRequest(Record):
    """Text over time: the ``hook`` first, then the ``beats``, and last the ``cta`` (call to action)."""

    hook: Line | None = None
    beats: tuple[Line, ...] = Field(default=(), max_length=20)
    cta: Line | None = None


def _plain_name(value: object) -> object:
    return {"file": value} if isinstance(value, str) else value


class Request(Record):
    """``request.yaml``. Everything has a default: a bare video gets the default preset.

    Without ``archetype`` and ``preset``, the media decide. ``adjust`` changes single settings of the preset, by the
    same names (``adjust.silence.threshold_below_speech_db``). ``background`` (overlay only) is ``brand``, ``gradient``,
    ``blur``, a colour ``#rrggbb``, or a picture or clip of the folder. ``licence`` is recorded with the files.
    ``missing_glyphs`` decides about characters that no font has: the request is refused, or they are dropped with a
    note. ``profanity`` decides whether captions mask profanity that a transcriber recognised.
    """

    version: Literal[1] = 1
    archetype: Archetype | None = None
    preset: Name | None = None
    adjust: dict[str, dict[str, Any]] = Field(default_factory=dict)
    media: tuple[
        Annotated[MediaRequest, BeforeValidator(_plain_name, json_schema_input_type=MediaRequest | str)], ...
    ] = Field(default=(), max_length=MAX_MEDIA)
    text: Line | TextRequest | None = None
    background: str | None = Field(default=None, min_length=1)
    brand: Name | None = None
    brand_safe: bool = True
    music: str | None = Field(default=None, min_length=1)
    voice: str | None = Field(default=None, min_length=1)
    original_audio: OriginalAudio = "keep"
    fit: Fit = "auto"
    max_seconds: float = Field(default=60.0, ge=1, le=60)
    platform: Literal["tiktok", "reels", "shorts", "any"] = "any"
    transition: TransitionChoice | None = None
    engine_policy: EnginePolicy = "local_preferred"
    licence: str | None = Field(default=None, min_length=1, max_length=200)
    missing_glyphs: Literal["refuse", "drop"] = "refuse"
    profanity: Literal["mask", "keep"] = "mask"
    edit_plan: EditPlan | str | None = None
    variant: str | None = Field(default=None, pattern=r"^[a-z0-9][a-z0-9-]{0,30}$")
