"""Which orders a remote engine refuses."""

from pytoon_pipeline.config.presets import load_limits
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.media import MediaInfo
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.engines.protocol import MediaFile, RenderJob, items_shown
from pytoon_pipeline.settings import ServerSettings

WIDTH, HEIGHT, RATE = 1080, 1920, 60
HINTS = {
    "order_too_large": "Its limits are settings of the server; see docs/engine.md.",
    "order_unusable": "Both sides need the same version of Pytoon.",
}


def check_job(order: RenderJob, settings: ServerSettings) -> None:
    """Raises ``InvalidInput`` for an order that no Pytoon sends, or that asks for more than the server gives."""
    for code, reasons in (("order_too_large", _too_large(order, settings)), ("order_unusable", _unusable(order))):
        for why, wrong in reasons.items():
            if wrong:
                raise InvalidInput(code, f"The remote engine does not take this order: {why}.", HINTS[code])


def _too_large(order: RenderJob, settings: ServerSettings) -> dict[str, bool]:
    sizes = [file.bytes for file in order.files.values()]
    longest = load_limits().video_seconds_max if settings.video_seconds is None else settings.video_seconds
    return too_large(order.spec, longest) | {
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
