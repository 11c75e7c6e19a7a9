"""What a remote engine takes: its settings, and which jobs it refuses."""

import os
from dataclasses import dataclass, field, fields
from typing import Any

from pytoon_pipeline.config.presets import load_limits
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.media import MediaInfo
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.engines.protocol import MediaFile, RenderJob, items_shown

PREFIX = "PYTOON_ENGINE_"
WIDTH, HEIGHT, RATE = 1080, 1920, 60
HINTS = {
    "order_too_large": "Its limits are settings of the server; see docs/engine.md.",
    "order_unusable": "Both sides need the same version of Pytoon.",
}


@dataclass(frozen=True)
class ServerSettings:
    """Limits of one server. Each can be set by ``PYTOON_ENGINE_`` and its name in capitals.

    Sizes in bytes, times in seconds. ``upload_bytes`` bounds what has arrived of unfinished files together, and the
    files of one order; ``partial_seconds`` is how long an unfinished file waits for the rest. ``renders`` jobs are
    rendered at once, ``waiting`` more may wait. ``remembered`` jobs are job for ``remembered_seconds``.
    ``connections`` requests with the token are answered at once; ``unauthenticated`` connections without it may be
    open, each for ``header_seconds``.
    ``silence_seconds`` is how long a client may send nothing, ``heartbeat_seconds`` how long the server says nothing.
    """

    order_bytes: int = 8 << 20
    file_bytes: int = 4 << 30
    upload_bytes: int = 16 << 30
    partial_seconds: float = 86400.0
    free_bytes: int = 1 << 30
    renders: int = 1
    waiting: int = 8
    render_seconds: float = 3600.0
    video_seconds: float = field(default_factory=lambda: load_limits().video_seconds_max)
    connections: int = 64
    unauthenticated: int = 512
    header_seconds: float = 10.0
    remembered: int = 64
    remembered_seconds: float = 3600.0
    silence_seconds: float = 30.0
    heartbeat_seconds: float = 5.0
    retry_seconds: float = 2.0

    @classmethod
    def from_environment(cls) -> "ServerSettings":
        """Raises ``InvalidInput`` for a value that is no number, or a negative one."""
        given = {one.name: os.environ[PREFIX + one.name.upper()] for one in fields(cls) if _set(one.name)}
        values: dict[str, Any] = {name: _number(name, value) for name, value in given.items()}
        return cls(**values)


def _set(name: str) -> bool:
    return bool(os.environ.get(PREFIX + name.upper()))


def _number(name: str, value: str) -> float:
    try:
        number = float(value) if name.endswith("_seconds") else int(value)
    except ValueError:
        number = -1
    if not 0 <= number < float("inf"):
        raise InvalidInput(
            "invalid_setting", f"{PREFIX}{name.upper()} is “{value[:40]}”.", "Give a number, without a unit."
        )
    return number


def check_job(order: RenderJob, settings: ServerSettings) -> None:
    """Raises ``InvalidInput`` for an order that no Pytoon sends, or that asks for more than the server gives."""
    for code, reasons in (("order_too_large", _too_large(order, settings)), ("order_unusable", _unusable(order))):
        for why, wrong in reasons.items():
            if wrong:
                raise InvalidInput(code, f"The remote engine does not take this order: {why}.", HINTS[code])


def _too_large(order: RenderJob, settings: ServerSettings) -> dict[str, bool]:
    sizes = [file.bytes for file in order.files.values()]
    return too_large(order.spec, settings.video_seconds) | {
        "a file is too large": max(sizes, default=0) > settings.file_bytes,
        "the files are too large together": sum(sizes) > settings.upload_bytes,
    }


def _unusable(order: RenderJob) -> dict[str, bool]:
    spec = order.spec
    return unusable(spec) | {
        "the thumbnail is no frame of the video": order.thumbnail_frame is not None
        and order.thumbnail_frame >= spec.frames,
        "it shows a picture without its file": not items_shown(spec) <= order.media.keys(),
        "a font is not named by its content": any(file.sha256 != name for name, file in order.fonts.items()),
        "a video is not the item it is for": any(not _own(item, one) for item, one in order.media.items()),
        "a picture has no size": any(not _sized(one.info) for one in order.media.values()),
    }


def too_large(spec: RenderSpec, seconds: float) -> dict[str, bool]:
    """What of a plan, in words, is more than any plan of Pytoon asks for, when videos have at most ``seconds``."""
    return {
        "the picture is too large": spec.width > WIDTH or spec.height > HEIGHT,
        "there are too many frames a second": spec.rate.fraction > RATE,
        "the video is too long": spec.rate.seconds(spec.frames) > seconds,
    }


def unusable(spec: RenderSpec) -> dict[str, bool]:
    """What of a plan, in words, cannot be rendered."""
    return {
        "the video has no size": spec.width < 2 or spec.height < 2,
        "a segment ends after the video": max(one.start + one.frames for one in spec.segments) > spec.frames,
        "segments overlap": sum(one.frames for one in spec.segments) > spec.frames,
    }


def _own(item: str, picture: MediaFile) -> bool:
    """Only a still picture's file is another one than the item: its upright copy."""
    return picture.info.still is not None or picture.file.sha256 == item


def _sized(info: MediaInfo) -> bool:
    return min(info.display_size) > 0
