"""Opening a file without trusting it.

``python -m pytoon_pipeline.media.container FILE`` is the rehearsal of a file, see ``rehearse``.
"""

import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from array import array
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import median_low
from typing import TYPE_CHECKING, Any

from pytoon_pipeline.contracts.errors import InvalidInput, TransientError
from pytoon_pipeline.media.signatures import encrypted, not_media
from pytoon_pipeline.media.structure import Structure, structure_of

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.stream import Stream
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

# Formats that hold their own media. Playlists (HLS, DASH, concat, image sequences) name other files and are left out:
# an upload must never make the machine open something else.
FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,flv,ogg,asf,gif,wav,mp3,flac,aac,h264,hevc,dv,mxf"
)
# The largest picture of H.264 level 6.2 (MaxFS, 139264 macroblocks), HEVC level 6.2 and AV1 level 6.3 (MaxLumaPs).
MAX_PIXELS = 35_651_584
# What is taken for sound: telephones, the finest recorders and 22.2 channels lie well within. Headers that lie claim
# gigahertz, and resampling those takes gigabytes.
SOUND_RATES, MAX_CHANNELS = range(2000, 768_001), 64

# What a rehearsal may take. Its process has 33 MB to begin with; the one that waits for it stays below 300 MB. Seconds
# are those of the processor, which do not depend on what else the machine does; patience is by the clock.
REHEARSAL_BYTES = 600 << 20
REHEARSAL_SECONDS, BYTES_A_SECOND, PREFLIGHT_TIMEOUT_SECONDS = 6, 50 << 20, 20
# A decoder keeps up to 16 pictures to predict others from. Up to this size they are little, and one tells enough.
SMALL_PIXELS, LARGE_PICTURES = 4096 * 2304, 20
# Where nothing moves, x264 spends a byte on 50,000 pixels (measured), and newer codecs on ten times that at most. What
# is thinner was made to keep decoders busy; a film of few pictures may be as thin as it likes.
PIXELS_A_BYTE, FREE_PIXELS = 500_000, 5_000_000_000
# How it ends; Python gives 1 for an exception that nobody caught.
FINE, UNCAUGHT, NOT_MEDIA, EXHAUSTING = 0, 1, 3, 4
# Steps between packets above this, and above four usual ones, are gaps.
GAP_SECONDS, GAP_STEPS = 0.25, 4


@dataclass(frozen=True)
class StreamStats:
    """What came of a stream: packets that are to be shown, their first and last moment, and seconds without any."""

    packets: int
    start: float
    end: float
    gaps: float


@dataclass(frozen=True)
class Preflight:
    """What reading a file to its end has shown. ``corrupt`` counts packets that the container says are damaged."""

    structure: Structure = field(default_factory=Structure)
    streams: dict[int, StreamStats] = field(default_factory=dict)
    corrupt: int = 0


@contextmanager
def opened(path: Path) -> Iterator["InputContainer"]:
    """Opens a media file for reading. Raises ``InvalidInput`` for what is none."""
    import av

    options = {"format_whitelist": FORMATS, "protocol_whitelist": "file"}
    try:
        # Names of files may look like addresses, and their tags need not be UTF-8.
        container = av.open(f"file:{path}", options=options, metadata_errors="replace")
    except (av.error.FFmpegError, ValueError) as error:
        raise not_media(path) from error
    for stream in container.streams:
        if stream.codec_context is not None:
            stream.codec_context.options = {"max_pixels": str(MAX_PIXELS)}
    with container:
        yield container


def picture_stream(container: "InputContainer") -> "VideoStream | None":
    """The picture stream that is used: the first that is not an attached picture."""
    from av.stream import Disposition

    streams = container.streams.video
    return next((stream for stream in streams if not stream.disposition & Disposition.attached_pic), None)


def demux(container: "InputContainer", *streams: "Stream") -> Iterator[Any]:
    """Packets of some streams, or of all, and at the end those that empty the decoders."""
    # PyAV trips over streams that turned up on the way, when all there was has been read.
    with suppress(IndexError):
        yield from container.demux(*streams)


def presentation_time(container: "InputContainer", frame: "VideoFrame") -> float | None:
    """When a decoded picture is due, in seconds on the container's clock.

    AVI knows no order of presentation: of pictures that were sent in another order only the times of decoding rise.
    """
    if container.format.name == "avi" and frame.dts is not None and frame.time_base:
        return float(frame.dts * frame.time_base)
    return frame.time


def preflight(path: Path, patience: float | None = None) -> Preflight:
    """Opens a file, reads it to its end and begins to decode it, in a process of its own.

    Headers of a thousand bytes can ask for gigabytes or for hours; there they harm nobody. It takes 0.07 s and the time
    of reading, at most ``patience`` seconds. Raises ``InvalidInput`` for a file that is no media, is encrypted, or
    takes
    more than any video would; ``TransientError`` when there was not enough time to tell.
    """
    seconds = REHEARSAL_SECONDS + path.stat().st_size // BYTES_A_SECOND
    try:
        done = subprocess.run(
            [sys.executable, "-m", __name__, str(path.resolve()), str(seconds)],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=patience or seconds * PREFLIGHT_TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _interrupted() from None
    if done.returncode == NOT_MEDIA:
        raise not_media(path)
    if done.returncode == UNCAUGHT:
        raise RuntimeError(done.stderr.decode("utf-8", "replace")[-300:])
    if done.returncode == -signal.SIGKILL:
        raise _interrupted()
    if done.returncode != FINE:
        # Also a signal: its time was over, or a decoder crashed.
        raise InvalidInput(
            "exhausting",
            "This file claims to hold far more than it does: reading it would take more memory or time than any video.",
            "Export it again as MP4 with H.264.",
        )
    said = json.loads(done.stdout)
    structure = Structure(**said["structure"])
    if structure.encrypted:
        raise encrypted()
    for numbered in ("tracks", "indexed"):
        setattr(structure, numbered, {int(number): value for number, value in getattr(structure, numbered).items()})
    streams = {int(index): StreamStats(**read) for index, read in said["streams"].items()}
    return Preflight(structure, streams, said["corrupt"])


def _interrupted() -> TransientError:
    return TransientError(
        "rehearsal_interrupted", "Looking at the file was cut short by the machine.", "Try again when it is less busy."
    )


class _Times:
    """Moments of the packets of one stream."""

    def __init__(self) -> None:
        self.starts = array("d")
        self.end = 0.0

    def add(self, start: float, length: float) -> None:
        self.end = max(self.end, start + length) if self.starts else start + length
        self.starts.append(start)

    @property
    def read(self) -> StreamStats:
        starts = sorted(self.starts)
        steps = [b - a for a, b in pairwise(starts)]
        usual = median_low(steps) if steps else 0.0
        long = max(GAP_SECONDS, GAP_STEPS * usual)
        return StreamStats(len(starts), starts[0], self.end, sum(step - usual for step in steps if step > long))


def _examine(path: Path) -> int:
    import av

    pixels = decoded = packets = size = corrupt = 0
    times: dict[int, _Times] = {}
    try:
        with opened(path) as container:
            picture = picture_stream(container)
            for packet in demux(container):
                if packet.size and not packet.is_discard and packet.time_base:
                    corrupt += packet.is_corrupt
                    moment = packet.pts if packet.pts is not None else packet.dts
                    if moment is not None:
                        length = float((packet.duration or 0) * packet.time_base)
                        times.setdefault(packet.stream.index, _Times()).add(float(moment * packet.time_base), length)
                if packet.stream is not picture:
                    continue
                packets += 1
                size += packet.size
                if not decoded or (pixels > SMALL_PIXELS and decoded < LARGE_PICTURES):
                    try:
                        for frame in packet.decode():
                            decoded, pixels = decoded + 1, frame.width * frame.height
                    except av.error.FFmpegError:
                        continue
    except InvalidInput:
        return NOT_MEDIA
    except av.error.FFmpegError:
        # A damaged end shows again, and is counted, when the file is decoded.
        pass
    if packets * pixels > max(FREE_PIXELS, PIXELS_A_BYTE * size):
        return EXHAUSTING
    streams = {index: asdict(one.read) for index, one in times.items()}
    print(json.dumps({"structure": asdict(structure_of(path)), "streams": streams, "corrupt": corrupt}), flush=True)
    return FINE


def _watch() -> None:
    """Ends this process when it has grown too large: libav hides from its callers that memory was refused."""
    page = os.sysconf("SC_PAGESIZE")
    while True:
        time.sleep(0.005)
        if int(Path("/proc/self/statm").read_text().split()[1]) * page > REHEARSAL_BYTES:
            os._exit(EXHAUSTING)


if __name__ == "__main__":
    if Path("/proc/self/statm").exists():
        threading.Thread(target=_watch, daemon=True).start()
    limit = int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))
    code = _examine(Path(sys.argv[1]))
    # At once: a decoder that is taken apart on the way out has nothing more to say.
    os._exit(code)
