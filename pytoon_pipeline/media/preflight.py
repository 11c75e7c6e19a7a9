"""Preflight: reading a file to its end, in a process of its own, before anything else opens it.

Headers of a thousand bytes can ask for gigabytes or for hours; in that process they harm nobody. It runs as
``python -m pytoon_pipeline.media.preflight FILE CPU_SECONDS``.
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
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import median_low
from typing import Any

from pytoon_pipeline.contracts.errors import InvalidInput, TransientError
from pytoon_pipeline.media.container import opened, picture_stream
from pytoon_pipeline.media.decoding import decode_packets, demux, packet_time
from pytoon_pipeline.media.signatures import encrypted, not_media
from pytoon_pipeline.media.structure import Structure, structure_of

# What the process may use. It starts with 33 MB; the one that waits for it stays below 300 MB. CPU seconds do not
# depend on what else the machine does; the timeout is a multiple of them by the clock.
MAX_MEMORY_BYTES = 600 << 20
CPU_SECONDS, BYTES_PER_SECOND, TIMEOUT_FACTOR = 6, 50 << 20, 20
# A decoder holds up to 16 frames to predict others from. Up to this size that is little, and one frame says enough.
SMALL_PIXELS, LARGE_FRAMES = 4096 * 2304, 20
# Where nothing moves, x264 spends a byte on 50,000 pixels (measured), and newer codecs on ten times that at most. What
# is thinner was built to keep decoders busy; a film of few frames may be as thin as it likes.
PIXELS_PER_BYTE, FREE_PIXELS = 500_000, 5_000_000_000
# Exit codes; Python itself exits with 1 after an uncaught exception.
FINE, UNCAUGHT, NOT_MEDIA, EXHAUSTING = 0, 1, 3, 4
# Steps between packets above this, and above four usual ones, are gaps.
GAP_SECONDS, GAP_STEPS = 0.25, 4


@dataclass(frozen=True)
class StreamStats:
    """What was read of a stream: packets to be shown, their first and last time, and seconds without any."""

    packets: int
    start: float
    end: float
    gaps: float


@dataclass(frozen=True)
class Preflight:
    """The result of reading a file to its end. ``corrupt`` counts packets that the container marks as damaged."""

    structure: Structure = field(default_factory=Structure)
    streams: dict[int, StreamStats] = field(default_factory=dict)
    corrupt: int = 0


def preflight(path: Path, timeout: float | None = None) -> Preflight:
    """Opens a file, reads it to its end and begins to decode it, in a process of its own.

    This takes 0.07 s and the time of reading, at most ``timeout`` seconds. Raises ``InvalidInput`` for a file that is
    not media, is encrypted, or needs more memory or time than any video; ``TransientError`` at the timeout.
    """
    seconds = CPU_SECONDS + path.stat().st_size // BYTES_PER_SECOND
    try:
        done = subprocess.run(
            [sys.executable, "-m", __name__, str(path.resolve()), str(seconds)],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout or seconds * TIMEOUT_FACTOR,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _interrupted() from None
    _check_exit(done, path)
    return _parse(done.stdout)


def _check_exit(done: "subprocess.CompletedProcess[bytes]", path: Path) -> None:
    """Raises what the exit code of the process means."""
    if done.returncode == NOT_MEDIA:
        raise not_media(path)
    if done.returncode == UNCAUGHT:
        raise RuntimeError(done.stderr.decode("utf-8", "replace")[-300:])
    if done.returncode == -signal.SIGKILL:
        raise _interrupted()
    if done.returncode != FINE:
        # A signal ends here too: the CPU time was used up, or a decoder crashed.
        raise InvalidInput(
            "exhausting",
            "Reading this file takes too much memory or time: it declares far more content than it has.",
            "Export it again as MP4 with H.264.",
        )


def _parse(output: bytes) -> Preflight:
    document = json.loads(output)
    structure = Structure(**document["structure"])
    if structure.encrypted:
        raise encrypted()
    # JSON has no numbers as keys.
    structure.tracks = {int(number): seconds for number, seconds in structure.tracks.items()}
    structure.indexed = {int(number): count for number, count in structure.indexed.items()}
    streams = {int(index): StreamStats(**stats) for index, stats in document["streams"].items()}
    return Preflight(structure, streams, document["corrupt"])


def _interrupted() -> TransientError:
    return TransientError(
        "preflight_interrupted",
        "The check of this file was interrupted.",
        "Try again when the machine is less busy.",
    )


class _PacketTimes:
    """The times of the packets of one stream."""

    def __init__(self) -> None:
        self.starts = array("d")
        self.end = 0.0

    def add(self, start: float, length: float) -> None:
        self.end = max(self.end, start + length) if self.starts else start + length
        self.starts.append(start)

    @property
    def stats(self) -> StreamStats:
        starts = sorted(self.starts)
        steps = [b - a for a, b in pairwise(starts)]
        usual = median_low(steps) if steps else 0.0
        long = max(GAP_SECONDS, GAP_STEPS * usual)
        return StreamStats(len(starts), starts[0], self.end, sum(step - usual for step in steps if step > long))


class _Survey:
    """Counts the packets of a file, and decodes the first frames of its video stream."""

    def __init__(self, picture: Any) -> None:
        self.picture = picture
        self.times: dict[int, _PacketTimes] = {}
        self.corrupt = self.packets = self.bytes = self.decoded = self.pixels = 0

    def wants(self, packet: Any) -> bool:
        """Whether ``packet`` is to be decoded: the first frame, and more of large ones."""
        few = not self.decoded or (self.pixels > SMALL_PIXELS and self.decoded < LARGE_FRAMES)
        return packet.stream is self.picture and few

    def add(self, packet: Any, frames: list[Any] | None) -> None:
        if packet.size and not packet.is_discard and packet.time_base:
            self.corrupt += packet.is_corrupt
            start = packet_time(packet)
            if start is not None:
                length = float((packet.duration or 0) * packet.time_base)
                self.times.setdefault(packet.stream.index, _PacketTimes()).add(start, length)
        if packet.stream is self.picture:
            self.packets += 1
            self.bytes += packet.size
        for frame in frames or ():
            self.decoded, self.pixels = self.decoded + 1, frame.width * frame.height

    @property
    def exhausting(self) -> bool:
        return self.packets * self.pixels > max(FREE_PIXELS, PIXELS_PER_BYTE * self.bytes)


def _examine(path: Path) -> int:
    """Reads ``path``, prints the result as JSON, and returns the exit code."""
    try:
        with opened(path) as container:
            survey = _Survey(picture_stream(container))
            for packet, frames in decode_packets(demux(container), survey.wants):
                # Damage at the end shows again, and is counted, when the file is decoded.
                if packet is not None:
                    survey.add(packet, frames)
    except InvalidInput:
        return NOT_MEDIA
    if survey.exhausting:
        return EXHAUSTING
    streams = {index: asdict(times.stats) for index, times in survey.times.items()}
    document = {"structure": asdict(structure_of(path)), "streams": streams, "corrupt": survey.corrupt}
    print(json.dumps(document), flush=True)
    return FINE


def _watch_memory() -> None:
    """Ends this process when it has grown too large: libav hides from its callers that memory was refused."""
    page = os.sysconf("SC_PAGESIZE")
    while True:
        time.sleep(0.005)
        if int(Path("/proc/self/statm").read_text().split()[1]) * page > MAX_MEMORY_BYTES:
            os._exit(EXHAUSTING)


if __name__ == "__main__":
    if Path("/proc/self/statm").exists():
        threading.Thread(target=_watch_memory, daemon=True).start()
    limit = int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))
    code = _examine(Path(sys.argv[1]))
    # Exit at once: a decoder that is closed on the way out may hang or crash.
    os._exit(code)
