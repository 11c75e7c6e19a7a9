"""Reading sources at given times: each frame is decoded once, and decoders stay open for what is read next."""

from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from typing_extensions import Self

from pytoon_pipeline.contracts.media import VideoStream
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.media.frames import SourceFrame
from pytoon_pipeline.media.video_decoding import VideoDecoder

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

# A frame counts as shown at a tick when it starts up to this share of a tick later: rounded time bases are off by that.
TOLERANCE = 0.25
# Up to this distance, decoding what lies between is on average cheaper than seeking to the key frame before.
MAX_SKIPPED_SECONDS = 2.0
# Readers that stay open while idle, for each thread that renders. Each holds the reference frames of its decoder.
MAX_IDLE = 2


class SourceReader:
    """The frames of one video file on screen at given times. Times that increase are decoded without seeking."""

    def __init__(self, path: Path, video: VideoStream) -> None:
        self.path = path
        self._video = video
        self._decoder = VideoDecoder(path, video, threads=1)
        self._frames: Iterator[tuple[float, VideoFrame]] = iter(())
        self._shown: SourceFrame | None = None
        self._read_until = 0.0
        self._next: tuple[float, VideoFrame] | None = None

    def at(self, tick: int, rate: FrameRate) -> SourceFrame:
        """The frame on screen at ``tick`` of ``rate``; after the end of the file its last one.

        Raises ``EOFError`` when no frame can be decoded.
        """
        if not self.continues_at(tick, rate):
            self._seek(tick / float(rate.fraction))
        self._read_until = (tick + TOLERANCE) / float(rate.fraction)
        last: VideoFrame | None = None
        while self._next is not None and ((self._shown is None and last is None) or self._next[0] <= self._read_until):
            last, self._next = self._next[1], next(self._frames, None)
        if last is not None:
            # The planes of frames that are passed over are not converted.
            self._shown = SourceFrame(last, self._video)
        if self._shown is None:
            raise EOFError(f"No frame of {self.path.name} can be decoded.")
        return self._shown

    def continues_at(self, tick: int, rate: FrameRate) -> bool:
        """Whether the frame at ``tick`` is read best by decoding on from the last one that was read."""
        if self._shown is None:
            return False
        ahead = (tick + TOLERANCE) / float(rate.fraction) - self._read_until
        return 0 <= ahead <= MAX_SKIPPED_SECONDS

    @property
    def damaged(self) -> bool:
        """Whether the file showed damage: how it is concealed then depends on where decoding began."""
        return self._decoder.damage.found

    def close(self) -> None:
        self._decoder.close()

    def _seek(self, seconds: float) -> None:
        self._frames = self._decoder.frames(seconds)
        self._shown, self._next = None, next(self._frames, None)


class SourceReaders:
    """Open readers for some threads. Idle ones continue where the next segment begins."""

    def __init__(self, threads: int = 1) -> None:
        self._max_idle = MAX_IDLE * threads
        self._idle: list[SourceReader] = []
        self._lock = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        with self._lock:
            while self._idle:
                self._idle.pop().close()

    def take(self, path: Path, video: VideoStream, tick: int, rate: FrameRate) -> SourceReader:
        """A reader of a file that is to be read from ``tick`` of ``rate`` on. The caller gives it back."""
        with self._lock:
            same = [reader for reader in self._idle if reader.path == path]
            if not same:
                return SourceReader(path, video)
            # Seeking in an open file is still cheaper than opening it again.
            reader = next((one for one in same if one.continues_at(tick, rate)), same[0])
            self._idle.remove(reader)
            return reader

    def give_back(self, reader: SourceReader) -> None:
        """Keeps a reader for later, unless its file is damaged, and closes the one that was idle longest."""
        if reader.damaged:
            reader.close()
            return
        with self._lock:
            self._idle.append(reader)
            if len(self._idle) > self._max_idle:
                self._idle.pop(0).close()


def frames_at_cfr(path: Path, video: VideoStream, rate: FrameRate, first: int, count: int) -> Iterator[SourceFrame]:
    """``count`` frames, one per tick of ``rate`` from tick ``first`` on: each the one on screen at that time.

    A source that ends early repeats its last frame.
    """
    with SourceReaders() as readers:
        reader = readers.take(path, video, first, rate)
        try:
            for tick in range(first, first + count):
                yield reader.at(tick, rate)
        finally:
            readers.give_back(reader)
