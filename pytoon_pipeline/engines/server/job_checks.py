"""Which jobs a remote engine rejects."""

from pytoon_pipeline.config.presets import load_limits
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.media import MediaInfo
from pytoon_pipeline.contracts.output_format import CANVASES, SHORT_SIDES
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.engines.protocol import JobRequest, MediaFile, items_shown
from pytoon_pipeline.settings import ServerSettings

MAX_RATE = 60
# The largest format, in pixels and along its longer side.
SIZES = [canvas.at(resolution) for canvas in CANVASES.values() for resolution in SHORT_SIDES]
MAX_PIXELS, MAX_SIDE = max(width * height for width, height in SIZES), max(map(max, SIZES))
HINTS = {
    "job_too_large": "The limits are settings of the server; see docs/engine.md.",
    "invalid_job": "Use the same version of Pytoon on both machines.",
}


def check_job(request: JobRequest, settings: ServerSettings) -> None:
    """Raises ``InvalidInput`` for a request that no Pytoon client sends, or that exceeds the server's limits."""
    for code, reasons in (("job_too_large", _too_large(request, settings)), ("invalid_job", _invalid(request))):
        for reason, applies in reasons.items():
            if applies:
                raise InvalidInput(code, f"The remote engine rejects this job: {reason}.", HINTS[code])


def _too_large(request: JobRequest, settings: ServerSettings) -> dict[str, bool]:
    sizes = [file.bytes for file in request.files.values()]
    max_seconds = load_limits().video_seconds_max if settings.video_seconds is None else settings.video_seconds
    return too_large(request.spec, max_seconds) | {
        "a file is too large": max(sizes, default=0) > settings.file_bytes,
        "its files together are too large": sum(sizes) > settings.upload_bytes,
    }


def _invalid(request: JobRequest) -> dict[str, bool]:
    spec, thumbnail = request.spec, request.thumbnail_frame
    return unusable(spec) | {
        "the thumbnail frame is not part of the video": thumbnail is not None and thumbnail >= spec.frames,
        "the file of a shown item is not listed": not items_shown(spec) <= request.media.keys(),
        "a font is not named by its hash": any(file.sha256 != name for name, file in request.fonts.items()),
        "a video file does not match its item": any(not _matches(item, one) for item, one in request.media.items()),
        "a media item has no frame size": any(not _has_size(one.info) for one in request.media.values()),
    }


def too_large(spec: RenderSpec, max_seconds: float) -> dict[str, bool]:
    """Reasons why a plan exceeds what Pytoon plans, and whether each applies."""
    width, height = spec.frame_size
    return {
        "the frame size is too large": width * height > MAX_PIXELS or max(width, height) > MAX_SIDE,
        "the frame rate is too high": spec.rate.fraction > MAX_RATE,
        "the video is too long": spec.rate.seconds(spec.frames) > max_seconds,
    }


def unusable(spec: RenderSpec) -> dict[str, bool]:
    """Reasons why a plan cannot be rendered, and whether each applies."""
    return {
        "the video has no frame size": spec.width < 2 or spec.height < 2,
        "a segment ends after the video": max(one.start + one.frames for one in spec.segments) > spec.frames,
        "segments overlap": sum(one.frames for one in spec.segments) > spec.frames,
    }


def _matches(item: str, media: MediaFile) -> bool:
    """Whether a file belongs to its item. Only a still image is sent as another file: its upright copy."""
    return media.info.still is not None or media.file.sha256 == item


def _has_size(info: MediaInfo) -> bool:
    return min(info.display_size) > 0
