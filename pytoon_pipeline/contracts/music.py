"""Music that a request chooses by its mood, and the tracks of the library."""

from typing import Literal

from pydantic import Field, model_validator

from pytoon_pipeline.contracts.base import Record

Mood = Literal["calm", "warm", "upbeat", "tense"]
# Beats per minute that a bed may have.
MIN_TEMPO, MAX_TEMPO = 56, 160


class MusicChoice(Record):
    """Music by its ``mood``, or a ``track`` of the library by its name.

    By mood, it is the first track of the library with that mood, at most 10 % from ``tempo`` in beats per minute; else
    a bed that Pytoon synthesises at that tempo. Another ``seed`` is another bed. With a seed, it is always a bed.
    """

    mood: Mood | None = None
    tempo: float | None = Field(default=None, ge=MIN_TEMPO, le=MAX_TEMPO)
    track: str | None = Field(default=None, min_length=1, max_length=200, examples=["morning.mp3"])
    seed: int | None = Field(default=None, ge=0, le=9999)

    @model_validator(mode="after")
    def _one_way(self) -> "MusicChoice":
        if (self.mood is None) == (self.track is None):
            raise ValueError("music needs either a mood or a track", "Write, for example: music: {mood: calm}")
        if self.track is not None and (self.tempo is not None or self.seed is not None):
            raise ValueError("music by its track has no tempo and no seed", "Remove them, or choose by mood.")
        return self


class Track(Record):
    """A track of the library. ``tempo`` is in beats per minute; without a ``licence``, brand-safe videos refuse it."""

    mood: Mood
    tempo: float = Field(gt=0, le=300)
    licence: str | None = Field(default=None, min_length=1, max_length=200)
