"""The decoded frames of a video stream, from any time on."""

from array import array
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from itertools import chain
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pytoon_pipeline.contracts.media import VideoStream
from pytoon_pipeline.media.container import opened
from pytoon_pipeline.media.decoding import (
    MAX_EMPTY_PACKETS,
    decode_packets,
    demux,
    packet_time,
    presentation_time,
    seek,
)

if TYPE_CHECKING:
    from av.codec.hwaccel import HWAccel
    from av.container import InputContainer
    from av.video.frame import VideoFrame

PREROLL_SECONDS = 0.5
# Each thread of a decoder holds a frame; large frames get fewer threads. libav has 16 at most.
MAX_DECODER_BYTES, MAX_THREADS = 512 << 20, 16


@dataclass
class DecodeDamage:
    """Counts packets that could not be decoded, wholly or in part, and records when each packet that was read is due.

    ``late`` counts frames that are dropped because their time is before one that was shown.
    """

    packets: int = 0
    due: "array[float]" = field(default_factory=lambda: array("d"))
    late: int = 0
    interlaced: bool = False

    @property
    def found(self) -> bool:
        """Whether there was any damage so far."""
        return self.packets > 0 or self.late > 0

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


class VideoDecoder:
    """Decodes one video stream, from any time on, as often as asked. Close it after use."""

    def __init__(
        self,
        path: Path,
        video: VideoStream,
        *,
        threads: int = 0,
        damage: DecodeDamage | None = None,
        hwaccel: "HWAccel | None" = None,
    ) -> None:
        """``threads`` is the number of the decoder's threads, 0 for as many as memory allows. With ``hwaccel``, frames
        are those of its device where that can decode the stream.
        """
        self.damage = damage or DecodeDamage()
        self._path, self._video, self._threads = path, video, threads or _threads(video)
        self._hwaccel = hwaccel
        self._file = ExitStack()
        self._container: InputContainer | None = None

    def frames(self, start: float = 0.0) -> Iterator[tuple[float, "VideoFrame"]]:
        """Frames with their time in seconds from the first picture, from the one on screen at ``start`` on.

        Packets that cannot be decoded are counted in ``damage`` and skipped; frames with concealed damage are used.
        Frames whose size changes midway are scaled to that of the first.
        """
        if start > PREROLL_SECONDS:
            margin = start - PREROLL_SECONDS
            for sparse in (True, False):
                frames = self._decode(margin, sparse)
                shown, following = _at(start, frames)
                if shown is None:
                    break
                # What was passed over may have been on screen, where frames stay longer than the preroll.
                if shown[0] >= margin or not sparse:
                    yield shown
                    yield from following
                    return
            # Some containers cannot seek to a key frame before a time: decoding from the beginning always gets there.
        self.close()
        yield from self._decode(None)

    def close(self) -> None:
        """Closes the file. It is opened again when frames are asked for."""
        self._container = None
        self._file.close()

    def _open(self) -> "InputContainer":
        if self._container is None:
            container = self._file.enter_context(opened(self._path, self._hwaccel))
            context = container.streams[self._video.index].codec_context
            context.thread_type = "AUTO"
            context.thread_count = self._threads
            self._container = container
        return self._container

    def _decode(self, start: float | None, sparse: bool = False) -> Iterator[tuple[float, "VideoFrame"]]:
        """Frames from the key frame before ``start`` on; where ``sparse``, only those before it that others need."""
        container, video, damage = self._open(), self._video, self.damage
        stream = container.streams[video.index]
        if start is not None and not seek(container, stream, start + video.start):
            return
        packets = demux(container, stream)
        if start is not None:
            packets = _with_references(packets, stream.codec_context, start + video.start if sparse else -inf)
        last, empty = -1.0, 0
        for packet, frames in decode_packets(packets):
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


def _at(
    start: float, frames: Iterator[tuple[float, "VideoFrame"]]
) -> tuple[tuple[float, "VideoFrame"] | None, Iterable[tuple[float, "VideoFrame"]]]:
    """The frame on screen at ``start``, none where all are later, and the frames after it."""
    shown = None
    for time, frame in frames:
        if time > start:
            return shown, chain([(time, frame)], frames)
        shown = time, frame
    return shown, ()


def _with_references(packets: Iterable[Any], context: Any, until: float) -> Iterator[Any]:
    """The packets; of those due before ``until``, ``context`` decodes only frames that others refer to."""
    for packet in packets:
        due = packet_time(packet)
        context.skip_frame = "NONREF" if due is not None and due < until else "DEFAULT"
        yield packet


def decode(path: Path, video: VideoStream, damage: DecodeDamage) -> Iterator[tuple[float, "VideoFrame"]]:
    """All frames of a video stream with their times, as ``VideoDecoder.frames``; damage is counted in ``damage``."""
    with closing(VideoDecoder(path, video, damage=damage)) as decoder:
        yield from decoder.frames()


def _threads(video: VideoStream) -> int:
    """Threads for a decoder, 0 for its own default."""
    fitting = MAX_DECODER_BYTES // (3 * video.width * video.height)
    return 0 if fitting >= MAX_THREADS else max(1, fitting)


def _sized(frame: "VideoFrame", video: VideoStream) -> "VideoFrame":
    if (frame.width, frame.height) == (video.width, video.height):
        return frame
    return frame.reformat(width=video.width, height=video.height, threads=1)
