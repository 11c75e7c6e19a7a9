"""The file itself: that it decodes, its format, its lengths."""

from collections.abc import Iterator

import numpy as np

from pytoon_pipeline.contracts.quality import Finding
from pytoon_pipeline.quality.context import CheckContext

BT709 = (1, 1, 1, 1)
PRODUCT = "RenderSpec of the video"
FORMAT = "Product format: 1080×1920 H.264 yuv420p BT.709, AAC 48 kHz stereo, index first"


def undecodable(context: CheckContext) -> Iterator[Finding]:
    found = context.inspection
    if found.decode_errors or not len(found.times):
        yield context.finding(
            "file",
            "undecodable",
            "gate",
            f"{found.decode_errors} pieces cannot be decoded.",
            found.decode_errors,
            0,
            "Every picture must decode",
        )


def file_format(context: CheckContext) -> Iterator[Finding]:
    """The format that platforms take without converting."""
    found = context.inspection
    size = (context.spec.width, context.spec.height) if context.spec else (1080, 1920)
    wanted = {
        "picture codec": (found.codec, "h264"),
        "pixel format": (found.pixel_format, "yuv420p"),
        "size": (f"{found.width}×{found.height}", f"{size[0]}×{size[1]}"),
        "colour": (found.colour, BT709),
        "sound codec": (found.audio_codec, "aac"),
        "sample rate": (found.sample_rate, 48000),
        "channels": (found.channels, 2),
        "index first": (found.index_first, True),
    }
    for what, (value, limit) in wanted.items():
        if value != limit:
            yield context.finding(
                "file", "format", "gate", f"The {what} is {value}, not {limit}.", str(value), str(limit), FORMAT
            )
    steps = np.diff(found.times)
    if len(steps) and found.rate and np.abs(steps - 1 / found.rate).max() > 0.1 / found.rate:
        at = int(np.abs(steps - 1 / found.rate).argmax())
        yield context.finding(
            "file",
            "format",
            "gate" if context.spec else "advice",
            "Picture times are not evenly spaced.",
            round(float(steps[at]), 5),
            round(1 / found.rate, 5),
            "Constant frame rate",
            at,
            at + 2,
        )


def duration(context: CheckContext) -> Iterator[Finding]:
    found, limits = context.inspection, context.limits
    if context.spec and len(found.times) != context.spec.frames:
        yield context.finding(
            "file",
            "duration",
            "gate",
            f"The video has {len(found.times)} pictures, not {context.spec.frames}.",
            len(found.times),
            context.spec.frames,
            PRODUCT,
        )
    if found.video_seconds > limits.video_seconds_max:
        yield context.limited("file", "duration", "video_seconds_max", found.video_seconds, "The video is too long.")


def desync(context: CheckContext) -> Iterator[Finding]:
    """Both tracks must begin and end together."""
    found, limit = context.inspection, context.limits.desync
    if found.audio_codec is None:
        return
    start = found.audio_start - found.video_start
    end = start + found.audio_seconds - found.video_seconds
    worst = max(start, end, key=abs)
    if abs(worst) > limit:
        yield context.limited(
            "file", "desync", "desync", round(worst, 4), f"Sound and picture are {abs(worst) * 1000:.0f} ms apart."
        )
