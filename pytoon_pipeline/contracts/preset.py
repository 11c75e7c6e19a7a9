"""A preset: every number that decides how a video looks and sounds. Edited by people as YAML in ``presets/``."""

from typing import Annotated

from pydantic import Field

from pytoon_pipeline.contracts.base import Record

Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]


class SilenceSettings(Record):
    """What counts as silence. Lengths in seconds.

    ``drop_db`` is how far below the level of speech (95th percentile of 10 ms RMS) sound must fall, so that loud and
    quiet recordings need no different setting.
    """

    remove: bool = True
    drop_db: float = Field(default=26.0, gt=3, le=80)
    minimum: float = Field(default=0.45, ge=0.1, le=10)
    pad_before: float = Field(default=0.10, ge=0, le=2)
    pad_after: float = Field(default=0.15, ge=0, le=2)


class CameraSettings(Record):
    """How the 9:16 window follows what matters.

    ``hold`` is how far, as a fraction of the window's width, a face may wander before the window moves; ``smoothing``
    is the time constant of moves in seconds; ``zoom`` the largest factor of the breathing zoom, one breath every
    ``period`` seconds; ``headroom`` the height of the face's centre in the window.
    """

    hold: float = Field(default=0.10, ge=0, le=0.4)
    smoothing: float = Field(default=0.5, gt=0, le=5)
    zoom: float = Field(default=1.06, ge=1.0, le=1.5)
    period: float = Field(default=6.0, ge=2, le=60)
    headroom: float = Field(default=0.40, ge=0.2, le=0.8)


class CaptionStyle(Record):
    """How captions look. Sizes in pixels of a 1080×1920 picture; ``position`` is the height of the
    lower edge, 0 top, 1 bottom; ``pop`` the seconds in which a caption grows to its size.
    """

    show: bool = True
    font: str = "Roboto Black"
    size: int = Field(default=88, ge=24, le=200)
    colour: Colour = "#FFFFFF"
    highlight: Colour = "#FFD60A"
    outline_colour: Colour = "#000000"
    outline: float = Field(default=6.0, ge=0, le=20)
    shadow: float = Field(default=2.0, ge=0, le=20)
    position: float = Field(default=0.72, ge=0.15, le=0.9)
    margin: int = Field(default=110, ge=0, le=400)
    uppercase: bool = False
    pop: float = Field(default=0.1, ge=0, le=1)
    words: int = Field(default=3, ge=1, le=10)
    characters: int = Field(default=18, ge=4, le=60)


class SoundSettings(Record):
    """Loudness of the encoded file: ``loudness`` in LUFS (ITU-R BS.1770), ``true_peak`` in dBTP; ``fade`` in s."""

    loudness: float = Field(default=-14.0, ge=-30, le=-8)
    true_peak: float = Field(default=-1.0, ge=-9, le=0)
    fade: float = Field(default=0.008, ge=0.001, le=0.1)


class Preset(Record):
    """All settings of one look."""

    name: str
    description: str
    silence: SilenceSettings = SilenceSettings()
    camera: CameraSettings = CameraSettings()
    captions: CaptionStyle = CaptionStyle()
    sound: SoundSettings = SoundSettings()


class Limits(Record):
    """What is accepted and what passes. Edited in ``presets/limits.yaml``, where each number has its source.

    Lengths in seconds, sizes in pixels, loudness in LU or dBTP, ``desync`` in seconds.
    """

    source_seconds_min: float = Field(gt=0)
    source_seconds_max: float = Field(gt=0)
    source_side_min: int = Field(gt=0)
    source_side_max: int = Field(gt=0)
    video_seconds_max: float = Field(gt=0)
    black_seconds: float = Field(gt=0)
    black_luma: float
    frozen_seconds: float = Field(gt=0)
    frozen_luma: float
    loudness_tolerance: float = Field(gt=0)
    true_peak_max: float
    desync: float = Field(gt=0)
    silent_lufs: float
