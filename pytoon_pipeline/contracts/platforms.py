"""Platforms that videos are posted to: what they accept, and what their interface covers. See ``platforms.yaml``."""

from datetime import date
from typing import Generic, Literal, TypeVar, get_args

from pydantic import Field

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.output_format import HEIGHT, WIDTH, Canvas

PlatformName = Literal[
    "any", "tiktok", "reels", "reels_ad", "stories", "shorts", "youtube", "linkedin", "x", "facebook", "pinterest"
]
PLATFORM_NAMES: tuple[PlatformName, ...] = get_args(PlatformName)
# Other formats than 9:16 are shown in feeds and players, beside the interface. Texts keep this share of each side free
# (EBU R 95, graphics-safe area).
FEED_INSET = 0.05

T = TypeVar("T")


class Source(Record):
    """Where a number comes from, and the day on which it was read."""

    text: str
    checked: date

    def __str__(self) -> str:
        return f"{self.text} (checked {self.checked})"


class Sourced(Record, Generic[T]):
    """A value and the name of its source."""

    value: T
    source: str


class SafeZone(Record):
    """What the interface covers, in pixels of 1080×1920 from each edge.

    ``right`` is what its buttons cover from row ``buttons`` on down. Above them, the right side is as free as the left.
    """

    top: int = Field(ge=0, lt=HEIGHT // 2)
    bottom: int = Field(ge=0, lt=HEIGHT // 2)
    left: int = Field(ge=0, lt=WIDTH // 2)
    right: int = Field(ge=0, lt=WIDTH // 2)
    buttons: int = Field(default=0, ge=0, le=HEIGHT)
    source: str


class Platform(Record):
    """One platform. Loudness in LUFS, lengths in seconds, bit rates in bits per second, ``aspects`` as width over
    height, ``sides`` the shorter and the longer side in pixels, texts in characters. Ranges are ``(lowest, highest)``.
    Limits that it does not have are none. ``sources`` are by name.
    """

    name: PlatformName
    title: str
    loudness: Sourced[float]
    safe_zone: SafeZone
    max_seconds: Sourced[float]
    min_seconds: Sourced[float]
    max_bytes: Sourced[int]
    max_video_bit_rate: Sourced[int] | None = None
    max_level: Sourced[float]
    frame_rates: Sourced[tuple[float, float]]
    aspects: Sourced[tuple[float, float]]
    sides: Sourced[tuple[int, int]]
    codecs: Sourced[tuple[str, ...]]
    max_caption: Sourced[int]
    max_title: Sourced[int] | None = None
    max_hashtags: Sourced[int]
    sources: dict[str, Source]

    @property
    def planned(self) -> dict[str, object]:
        """What plans depend on: most limits of files do not change them."""
        return {
            "name": self.name,
            "safe_zone": self.safe_zone.model_dump(),
            "loudness": self.loudness.value,
            "max_seconds": self.max_seconds.value,
            "max_bytes": self.max_bytes.value,
            "max_video_bit_rate": self.max_video_bit_rate and self.max_video_bit_rate.value,
        }

    def safe_area(self, canvas: Canvas) -> Rect[int]:
        """Where texts may stand on ``canvas``, at all heights."""
        if (canvas.width, canvas.height) == (WIDTH, HEIGHT):
            zone = self.safe_zone
            return Rect(zone.left, zone.top, WIDTH - zone.right, HEIGHT - zone.bottom)
        across, down = (2 * round(FEED_INSET * side / 2) for side in (canvas.width, canvas.height))
        return Rect(across, down, canvas.width - across, canvas.height - down)

    def upper_area(self, canvas: Canvas) -> Rect[int]:
        """The part of ``canvas`` above the app's buttons, where texts may be wider than in the safe area.

        The safe area itself where no buttons stand.
        """
        area = self.safe_area(canvas)
        if (canvas.width, canvas.height) != (WIDTH, HEIGHT) or self.safe_zone.buttons <= area.top:
            return area
        zone = self.safe_zone
        return Rect(zone.left, zone.top, WIDTH - min(zone.left, zone.right), zone.buttons)
