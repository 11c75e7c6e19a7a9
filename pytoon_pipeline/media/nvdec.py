"""Decoding on an NVIDIA GPU (NVDEC) by libav: the same demuxer, packets and times as on the CPU.

Frames stay in the memory of the GPU, in two planes. Streams that its decoders do not know (AV1 in some, 10-bit H.264 in
most) are decoded by the CPU in the same loop: a frame says where it is.
"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from pytoon_pipeline.contracts.media import VideoStream
from pytoon_pipeline.media.video_decoding import DecodeDamage, VideoDecoder

if TYPE_CHECKING:
    from av.codec.hwaccel import HWAccel
    from av.video.frame import VideoFrame

# Formats of two planes, Y and interleaved UV: of 8 bits, or of 16 of which the highest are used.
TWO_PLANES = ("nv12", "p010le", "p016le")


class GpuRefused(Exception):
    """The GPU cannot do this work; ``reason`` is a clause. The CPU does it instead."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def accelerator() -> "HWAccel":
    """The first GPU, whose decoders keep frames in its memory."""
    from av.codec.hwaccel import HWAccel

    return HWAccel("cuda", allow_software_fallback=True, is_hw_owned=True)


def decode(path: Path, video: VideoStream, damage: DecodeDamage) -> Iterator[tuple[float, "VideoFrame"]]:
    """As ``video_decoding.decode``, with frames in the memory of the GPU where it can decode them.

    Raises ``GpuRefused`` when it cannot be used at all.
    """
    import av

    try:
        accelerator().create(av.codec.Codec("h264", "r"))
    except av.error.FFmpegError as error:
        raise GpuRefused(f"libav cannot use the GPU ({error.strerror})") from error
    with closing(VideoDecoder(path, video, damage=damage, hwaccel=accelerator())) as decoder:
        yield from decoder.frames()


def in_gpu_memory(frame: "VideoFrame") -> bool:
    """Whether a frame is in the GPU's memory, in a format that can be read there."""
    return frame.format.name == "cuda" and frame.sw_format is not None and frame.sw_format.name in TWO_PLANES
