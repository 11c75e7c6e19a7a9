"""Answers about presets: what ``pytoon presets --json`` prints and an API returns. Paths are absolute."""

from typing import Any

from pytoon_pipeline.contracts.archetypes import Archetype
from pytoon_pipeline.contracts.base import Record


class PresetSummary(Record):
    """A preset in brief. ``picture`` is the path of a picture of a video with it, if there is one."""

    name: str
    description: str
    suits: tuple[Archetype, ...]
    picture: str | None = None


class CaptionStyleSummary(Record):
    """A named style of captions in brief."""

    name: str
    description: str


class PresetsResult(Record):
    """The answer of ``pytoon presets``. ``page`` is the path of the page with all pictures, if one was written."""

    presets: tuple[PresetSummary, ...]
    caption_styles: tuple[CaptionStyleSummary, ...] = ()
    page: str | None = None


class PresetSetting(Record):
    """One setting of a preset. ``preset``: the preset's file sets it; otherwise it has its default."""

    name: str
    value: Any
    meaning: str
    preset: bool


class PresetResult(PresetSummary):
    """The answer of ``pytoon presets NAME``: ``file`` is the preset's file."""

    file: str
    settings: tuple[PresetSetting, ...]
