"""Reading video: every source becomes 8-bit 4:2:0 planes in BT.709 limited range, upright, at a constant rate."""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.media import VideoStream
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.media.container import opened
from pytoon_pipeline.media.decoding import (
    MAX_EMPTY_PACKETS,
    decode_packets,
    demux,
    packet_time,
    presentation_time,
    seek,
)
from pytoon_pipeline.media.dynamic_range import to_standard_range

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

Plane = NDArray[np.uint8]

PREROLL_SECONDS = 0.5
# A frame counts as shown at a tick when it starts up to this share of a tick later: rounded time bases are off by that.
TOLERANCE = 0.25
# Each thread of a decoder holds a frame; large frames get fewer threads. libav has 16 at most.
MAX_DECODER_BYTES, MAX_THREADS = 512 << 20, 16


@dataclass(frozen=True)
class YuvFrame:
    """Planes Y, U and V; U and V have half the size of Y, rounded up."""

    y: Plane
    u: Plane
    v: Plane


@dataclass
class DecodeDamage:
    """Counts packets that could not be decoded, wholly or in part, and records when each packet that was read is due.

    ``late`` counts frames that are dropped because their time is before one that was shown.
    """

    packets: int = 0
    due: "array[float]" = field(default_factory=lambda: array("d"))
    late: int = 0
    interlaced: bool = False

    def note(self, packet: Any, frames: "list[VideoFrame] | None", zero: float) -> None:
        """Counts a packet and its frames; ``zero`` is the time of the first picture on the container's clock."""
        if packet is not None and packet.size and not packet.is_discard:
            due = packet_time(packet)
            if due is not None:
                self.due.append(due - zero)
        if frames is None:
            self.packets += 1
        for frame in frames or ():
            self.packets += frame.is_corrupt
            self.interlaced |= frame.interlaced_frame

    def lost_seconds(self, shown: list[float]) -> float:
        """For how long frames ``shown`` at these times stay on screen although another one was due."""
        if not shown or len(self.due) < 2:
            return 0.0
        due, times = np.unique(np.asarray(self.due)), np.asarray(shown)
        usual = float(np.median(np.diff(due))) if len(due) > 1 else 0.0
        # Fields of one frame may come in packets of their own.
        next_due = np.searchsorted(due, times + usual / 2) + self.interlaced
        until = np.append(times[1:], max(due[-1] + usual, times[-1]))
        relieved = np.minimum(np.where(next_due < len(due), due[np.minimum(next_due, len(due) - 1)], until), until)
        missing = until - relieved
        before = max(0.0, float(times[0] - due[0]))
        return before + float(missing[missing > usual / 2].sum()) + self.late * usual


def decode(
    path: Path,
    video: VideoStream,
    *,
    start: float = 0.0,
    threads: int = 0,
    damage: DecodeDamage | None = None,
) -> Iterator[tuple[float, "VideoFrame"]]:
    """Decoded frames with their time in seconds from the first picture, from at or before ``start`` on.

    Packets that cannot be decoded are counted in ``damage`` and skipped; frames with concealed damage are used.
    Frames whose size changes midway are scaled to that of the first.
    """
    damage = damage or DecodeDamage()
    if start > PREROLL_SECONDS:
        frames = _decode(path, video, start - PREROLL_SECONDS, threads, damage)
        first = next(frames, None)
        if first is not None and first[0] <= start:
            yield first
            yield from frames
            return
        # Some containers cannot seek to a key frame before a time: decoding from the beginning always gets there.
    yield from _decode(path, video, None, threads, damage)


def _decode(
    path: Path, video: VideoStream, start: float | None, threads: int, damage: DecodeDamage
) -> Iterator[tuple[float, "VideoFrame"]]:
    import av

    with opened(path) as container:
        stream = container.streams[video.index]
        assert isinstance(stream, av.VideoStream)
        stream.thread_type = "AUTO"
        stream.codec_context.thread_count = threads or _threads(video)
        if start is not None and not seek(container, stream, start + video.start):
            return
        last, empty = -1.0, 0
        for packet, frames in decode_packets(demux(container, stream)):
            empty += 1
            damage.note(packet, frames, video.start)
            for frame in frames or ():
                seconds = presentation_time(container, frame)
                time = (seconds if seconds is not None else last) - video.start
                if time > last:
                    last, empty = time, 0
                    yield time, _sized(frame, video)
                else:
                    damage.late += 1
            if empty >= MAX_EMPTY_PACKETS:
                return


def _threads(video: VideoStream) -> int:
    """Threads for a decoder, 0 for its own default."""
    fitting = MAX_DECODER_BYTES // (3 * video.width * video.height)
    return 0 if fitting >= MAX_THREADS else max(1, fitting)


def _sized(frame: "VideoFrame", video: VideoStream) -> "VideoFrame":
    if (frame.width, frame.height) == (video.width, video.height):
        return frame
    return frame.reformat(width=video.width, height=video.height, threads=1)


def frames_at_cfr(
    path: Path, video: VideoStream, rate: FrameRate, first: int, count: int, threads: int = 1
) -> Iterator[YuvFrame]:
    """``count`` frames, one per tick of ``rate`` from tick ``first`` on: each the one on screen at that time.

    A source that ends early repeats its last frame.
    """
    ticks = iter(range(first, first + count))
    tick = next(ticks)
    shown: tuple[float, VideoFrame] | None = None
    period = 1 / float(rate.fraction)

    def due(time: float) -> bool:
        return time > (tick + TOLERANCE) * period

    converted: YuvFrame | None = None
    for time, frame in decode(path, video, start=first * period, threads=threads):
        while shown is not None and due(time):
            converted = converted or yuv_planes(shown[1], video)
            yield converted
            following = next(ticks, None)
            if following is None:
                return
            tick = following
        shown, converted = (time, frame), None
    if shown is None:
        return
    converted = converted or yuv_planes(shown[1], video)
    yield converted
    for tick in ticks:  # noqa: B007
        yield converted


def yuv_planes(frame: "VideoFrame", video: VideoStream) -> YuvFrame:
    """A decoded frame as upright BT.709 planes."""
    return _turn(_planes(_standard(frame, video)), video.rotation)


def _standard(frame: "VideoFrame", video: VideoStream) -> "VideoFrame":
    if video.dynamic != "sdr":
        return to_standard_range(frame, video.dynamic)
    if frame.format.name == "yuv420p" and video.matrix == "bt709" and not video.full_range:
        return frame
    from av.video.reformatter import ColorRange, Colorspace
    from av.video.reformatter import Interpolation as How

    matrices = {
        "bt601": Colorspace.ITU601,
        "bt709": Colorspace.ITU709,
        "bt2020": Colorspace.BT2020,
    }
    rgb = frame.format.is_rgb
    return frame.reformat(
        format="yuv420p",
        src_colorspace=Colorspace.ITU709 if rgb else matrices[video.matrix],
        dst_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.JPEG if rgb or video.full_range else ColorRange.MPEG,
        dst_color_range=ColorRange.MPEG,
        # Without full chroma and accurate rounding a grey comes out one or two levels off and tinted.
        interpolation=How.BICUBIC | How.ACCURATE_RND | How.FULL_CHR_H_INT | How.FULL_CHR_H_INP,
        threads=1,
    )


def _planes(frame: "VideoFrame") -> YuvFrame:
    return YuvFrame(*(rows(plane)[:, : plane.width] for plane in frame.planes[:3]))


def rows(plane: Any) -> Plane:
    """The rows of a frame's plane, which are its own memory, with what pads them at their end."""
    return np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: plane.height]


def _turn(picture: YuvFrame, clockwise: int) -> YuvFrame:
    if not clockwise:
        return picture
    import cv2

    turn = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}
    return YuvFrame(
        *(np.asarray(cv2.rotate(plane, turn[clockwise]), np.uint8)
          for plane in (picture.y, picture.u, picture.v))
    )  # fmt: skip
