"""Reading audio on the clock of the picture: gaps filled with silence, sample positions exact."""

import wave
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.media import AudioStream
from pytoon_pipeline.contracts.output_format import SAMPLE_RATE
from pytoon_pipeline.media.container import MAX_CHANNELS, SOUND_RATES, opened
from pytoon_pipeline.media.decoding import MAX_EMPTY_PACKETS, decode_packets, demux, seek

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame

ANALYSIS_RATE = 16_000
PREROLL_SECONDS = 1.0
# Timestamps jitter by rounding; only a jump beyond this is a real gap or overlap.
GAP_SECONDS = 0.03
# A gap is filled in blocks of this length: false timestamps may claim days, and readers stop where the video does.
SILENCE_SECONDS = 60
# After a leap of more than this the timestamps mean nothing; what follows has no place.
LEAP_SECONDS = 300
# Shorter audio counts as none: transcribers need some 60 ms.
MIN_SECONDS = 0.1
CHANNELS = {"mono": 1, "stereo": 2}

Samples = NDArray[np.int16]
# A position in samples, and the samples there.
Block = tuple[int, Samples]


class Resampler:
    """Converts decoded audio to one format, also where its own changes midway. Blocks have shape (n, channels)."""

    def __init__(self, sample_format: str, layout: str, rate: int) -> None:
        self._output = {"format": sample_format, "layout": layout, "rate": rate}
        self._channels = CHANNELS[layout]
        self._input: tuple[str, str, int] | None = None
        self._resampler: Any = None

    def convert(self, frame: "AudioFrame") -> list[NDArray[Any]] | None:
        """The blocks that are ready so far; none for a frame that cannot be converted."""
        import av

        if frame.sample_rate not in SOUND_RATES or not 0 < frame.layout.nb_channels <= MAX_CHANNELS:
            return None
        form = (frame.format.name, frame.layout.name, frame.sample_rate)
        try:
            ready = self.rest() if form != self._input else []
            if form != self._input:
                self._resampler, self._input = av.AudioResampler(**self._output), form
            return ready + self._blocks(self._resampler.resample(frame))
        except (av.error.FFmpegError, ValueError):
            self._input = None
            return None

    def rest(self) -> list[NDArray[Any]]:
        """What the resampler still holds."""
        return self._blocks(self._resampler.resample(None)) if self._input else []

    def _blocks(self, frames: "list[AudioFrame]") -> list[NDArray[Any]]:
        return [frame.to_ndarray().reshape(-1, self._channels) for frame in frames]


class _Timeline:
    """Places decoded audio on the clock of the picture: fills gaps with silence, drops what overlaps.

    ``zero`` is the time of the first picture in seconds of the container's clock, ``rate`` that of the output.
    """

    def __init__(self, zero: float, rate: int, layout: str) -> None:
        self._zero, self._rate, self._channels = zero, rate, CHANNELS[layout]
        self._resampler = Resampler("s16", layout, rate)
        self._position: int | None = None
        # The position that the input so far amounts to; the resampler may hold some of it back.
        self._fed = 0.0
        self.lost = False

    def add(self, frame: "AudioFrame") -> Iterator[Block]:
        """What is ready after ``frame``. Sets ``lost`` instead when its time leaps too far."""
        if frame.time is not None:
            due = (frame.time - self._zero) * self._rate
            if self._position is None:
                self._position, self._fed = round(due), due
            gap = due - self._fed
            self.lost = gap > LEAP_SECONDS * self._rate
            if self.lost or -gap > GAP_SECONDS * self._rate:
                return
            if gap > GAP_SECONDS * self._rate:
                yield from self._silence(round(gap))
        blocks = self._resampler.convert(frame)
        if blocks is None:
            return
        if self._position is None:
            self._position = 0
        self._fed += frame.samples * self._rate / frame.sample_rate
        for block in blocks:
            yield self._place(block)

    def rest(self) -> Iterator[Block]:
        """What the resampler still holds."""
        for block in self._resampler.rest():
            yield self._place(block)

    def _silence(self, samples: int) -> Iterator[Block]:
        self._fed += samples
        while samples > 0:
            count = min(samples, SILENCE_SECONDS * self._rate)
            yield self._place(np.zeros((count, self._channels), np.int16))
            samples -= count

    def _place(self, samples: Samples) -> Block:
        position = self._position or 0
        self._position = position + len(samples)
        return position, samples


def blocks(
    path: Path,
    audio: AudioStream,
    zero: float,
    rate: int,
    layout: str,
    start: float = 0.0,
    unreadable: list[float] | None = None,
) -> Iterator[Block]:
    """Decoded audio as ``(position, samples)``, without gaps from the first block on.

    ``position`` counts samples from ``zero`` (seconds of the container's clock); samples are 16 bit, shape
    (n, channels). The first block may begin some time before ``start``. The lengths in seconds of packets that cannot
    be decoded are added to ``unreadable``.
    """
    with opened(path) as container:
        stream = container.streams[audio.index]
        if start > PREROLL_SECONDS and not seek(container, stream, zero + start - PREROLL_SECONDS):
            return
        timeline = _Timeline(zero, rate, layout)
        empty = 0
        for packet, frames in decode_packets(demux(container, stream)):
            empty += 1
            if frames is None and packet is not None and packet.duration and unreadable is not None:
                unreadable.append(float(packet.duration * packet.time_base))
            for block in _ready(timeline, frames or ()):
                empty = 0
                yield block
            if timeline.lost:
                return
            if empty >= MAX_EMPTY_PACKETS:
                break
        yield from timeline.rest()


def _ready(timeline: _Timeline, frames: "Iterable[AudioFrame]") -> Iterator[Block]:
    for frame in frames:
        yield from timeline.add(frame)
        if timeline.lost:
            return


class AudioReader:
    """Reads consecutive samples from sample ``start`` on; silence where there is none. Memory does not grow."""

    def __init__(self, path: Path, audio: AudioStream, zero: float, rate: int, layout: str, start: int) -> None:
        begin = start / rate
        self._channels, self._position = CHANNELS[layout], start
        self._source = blocks(path, audio, zero, rate, layout, begin)
        self._found = next(self._source, None)
        if begin > PREROLL_SECONDS and (self._found is None or self._found[0] > start):
            # Some containers seek past a time: decoding from the beginning always gets there.
            self._source = blocks(path, audio, zero, rate, layout)
            self._found = next(self._source, None)

    def take(self, count: int) -> Samples:
        """The next ``count`` samples, shape (count, channels)."""
        out = np.zeros((count, self._channels), np.int16)
        start, end = self._position, self._position + count
        while self._found is not None and self._found[0] < end:
            position, samples = self._found
            first, last = max(position, start), min(position + len(samples), end)
            if last > first:
                out[first - start : last - start] = samples[first - position : last - position]
            if position + len(samples) > end:
                break
            self._found = next(self._source, None)
        self._position = end
        return out


def read(path: Path, audio: AudioStream, zero: float, rate: int, layout: str, start: int, count: int) -> Samples:
    """Exactly ``count`` samples from sample ``start`` on, shape (count, channels); silence where there is none."""
    return AudioReader(path, audio, zero, rate, layout, start).take(count)


def extract(path: Path, audio: AudioStream, zero: float, limit_seconds: float, out: Path) -> tuple[float, float]:
    """Writes 16 kHz mono 16-bit WAV that starts with the picture.

    Returns its length in seconds, 0 when shorter than ``MIN_SECONDS``, and how many seconds could not be decoded.
    """
    unreadable: list[float] = []
    limit = round(limit_seconds * ANALYSIS_RATE)
    written = 0
    with wave.open(str(out), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(ANALYSIS_RATE)
        for position, block in blocks(path, audio, zero, ANALYSIS_RATE, "mono", unreadable=unreadable):
            if position > written:
                file.writeframes(bytes(2 * min(position - written, limit - written)))
                written = min(position, limit)
            fresh = block[max(0, written - position) : limit - position]
            file.writeframes(fresh.tobytes())
            written += len(fresh)
            if written >= limit:
                break
    seconds = written / ANALYSIS_RATE
    return (seconds if seconds >= MIN_SECONDS else 0.0), sum(unreadable)


def load(path: Path) -> Samples:
    """All samples of an extract, shape (n,)."""
    with wave.open(str(path), "rb") as file:
        return np.frombuffer(file.readframes(file.getnframes()), np.int16)


def nothing() -> Samples:
    """The extract of a source without audio."""
    return np.zeros(0, np.int16)


def decoded(path: Path, rate: int = SAMPLE_RATE) -> NDArray[np.float32]:
    """All of the first audio stream as stereo, full scale ±1, shape (n, 2); what cannot be decoded is left out."""
    found: list[NDArray[np.float32]] = []
    with opened(path) as container:
        resampler = Resampler("flt", "stereo", rate)
        for _, frames in decode_packets(demux(container, container.streams.audio[0])):
            found += [block for frame in frames or () for block in resampler.convert(frame) or ()]
    return np.concatenate(found) if found else np.zeros((0, 2), np.float32)
