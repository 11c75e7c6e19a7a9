"""Checks of the file itself: whether it decodes, its format, its durations."""

from collections.abc import Iterator

import numpy as np

from pytoon_pipeline.contracts.output_format import DEFAULT_CODEC, HEIGHT, SAMPLE_RATE, WIDTH
from pytoon_pipeline.quality.context import CheckContext
from pytoon_pipeline.quality.deviation import Deviation, Limit

BT709 = (1, 1, 1, 1)
PLAN = "RenderSpec of the video"
OUTPUT_FORMAT = "Output format: H.264 or the codec of the request, yuv420p BT.709, AAC 48 kHz stereo, index first"


def undecodable(context: CheckContext) -> Iterator[Deviation]:
    file = context.inspection
    if file.decode_errors or not len(file.times):
        message = f"The file cannot be decoded completely: {file.decode_errors} packets or frames are damaged."
        yield Deviation("undecodable", message, file.decode_errors, Limit(0, "Every frame must be decodable"))


def file_format(context: CheckContext) -> Iterator[Deviation]:
    """The format that platforms accept without transcoding."""
    file = context.inspection
    size = context.spec.frame_size if context.spec else (WIDTH, HEIGHT)
    expected = {
        "video codec": (file.codec, context.spec.codec if context.spec else DEFAULT_CODEC),
        "pixel format": (file.pixel_format, "yuv420p"),
        "frame size": (f"{file.width}×{file.height}", f"{size[0]}×{size[1]}"),
        "colour": (file.colour, BT709),
        "audio codec": (file.audio_codec or "missing", "aac"),
        "sample rate": (file.sample_rate, SAMPLE_RATE),
        "number of audio channels": (file.channels, 2),
        "position of the index": ("first" if file.index_first else "last", "first"),
    }
    for name, (value, limit) in expected.items():
        if value != limit:
            message = f"The {name} is {value}; expected {limit}."
            yield Deviation("format", message, str(value), Limit(str(limit), OUTPUT_FORMAT))
    steps = np.diff(file.times)
    if len(steps) and file.rate and np.abs(steps - 1 / file.rate).max() > 0.1 / file.rate:
        frame = int(np.abs(steps - 1 / file.rate).argmax())
        yield Deviation(
            "format",
            "Frames are not evenly spaced (seconds between two frames).",
            round(float(steps[frame]), 5),
            Limit(round(1 / file.rate, 5), "Constant frame rate"),
            "gate" if context.spec else "advice",
            frame,
            frame + 2,
        )


def duration(context: CheckContext) -> Iterator[Deviation]:
    file = context.inspection
    if context.spec and len(file.times) != context.spec.frames:
        message = f"The video has {len(file.times)} frames instead of {context.spec.frames}."
        yield Deviation("duration", message, len(file.times), Limit(context.spec.frames, PLAN))
    if file.video_seconds > context.limits.video_seconds_max:
        message = "The video is too long (seconds)."
        yield Deviation("duration", message, file.video_seconds, context.limit("video_seconds_max"))


def desync(context: CheckContext) -> Iterator[Deviation]:
    """Video and audio must start and end together."""
    file = context.inspection
    if file.audio_codec is None:
        return
    start = file.audio_start - file.video_start
    end = start + file.audio_seconds - file.video_seconds
    worst = max(start, end, key=abs)
    if abs(worst) > context.limits.desync:
        where = "start" if worst == start else "end"
        message = f"Audio and video {where} {abs(worst) * 1000:.0f} ms apart (seconds)."
        yield Deviation("desync", message, round(worst, 4), context.limit("desync"))
