"""Reading sound on the clock of the picture: gaps filled with silence, sample positions exact."""

import wave
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.media import AudioStream
from pytoon_pipeline.media.container import MAX_CHANNELS, SOUND_RATES, demux, opened

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame

ANALYSIS_RATE = 16_000
PREROLL_SECONDS = 1.0
# Timestamps jitter by rounding; only a jump beyond this is a real gap or overlap.
GAP_SECONDS = 0.03
# A gap comes in pieces: a lie of the clock may be days long, and who reads stops where the video does.
SILENCE_SECONDS = 60
# A clock that leaps by more than this has lost its way: what comes after it belongs nowhere.
LEAP_SECONDS = 300
# What is shorter is no sound: a recogniser asks for some 60 ms.
MIN_SECONDS = 0.1
# So many packets in a row without sound, some minutes, end a source.
MAX_BARREN = 10_000

Samples = NDArray[np.int16]


class Resampler:
    """Brings decoded sound to one form, also where its own form changes on the way. Blocks have shape (n, channels)."""

    def __init__(self, form: str, layout: str, rate: int) -> None:
        self._wanted = {"format": form, "layout": layout, "rate": rate}
        self._channels = _channels(layout)
        self._known: tuple[str, str, int] | None = None
        self._resampler: Any = None

    def convert(self, frame: "AudioFrame") -> list[NDArray[Any]] | None:
        """What is ready so far; none for a frame of which nothing can be made."""
        import av

        if frame.sample_rate not in SOUND_RATES or not 0 < frame.layout.nb_channels <= MAX_CHANNELS:
            return None
        known = (frame.format.name, frame.layout.name, frame.sample_rate)
        try:
            made = self.rest() if known != self._known else []
            if known != self._known:
                self._resampler, self._known = av.AudioResampler(**self._wanted), known
            return made + self._blocks(self._resampler.resample(frame))
        except (av.error.FFmpegError, ValueError):
            self._known = None
            return None

    def rest(self) -> list[NDArray[Any]]:
        """What the last frames have left."""
        return self._blocks(self._resampler.resample(None)) if self._known else []

    def _blocks(self, frames: "list[AudioFrame]") -> list[NDArray[Any]]:
        return [frame.to_ndarray().reshape(-1, self._channels) for frame in frames]


def blocks(
    path: Path,
    audio: AudioStream,
    zero: float,
    rate: int,
    layout: str,
    start: float = 0.0,
    unreadable: list[float] | None = None,
) -> Iterator[tuple[int, Samples]]:
    """Decoded sound as ``(position, samples)``: position in samples from ``zero`` (seconds of the container's clock),
    samples of shape (n, channels), 16 bit. Without gaps from the first chunk on; ``start`` may be met some time early.
    Lengths in seconds of packets that cannot be decoded are added to ``unreadable``.
    """  # fmt: skip
    import av

    with opened(path) as container:
        stream = container.streams[audio.index]
        assert isinstance(stream, av.AudioStream)
        if start > PREROLL_SECONDS and stream.time_base:
            target = int((zero + start - PREROLL_SECONDS) / stream.time_base)
            try:
                container.seek(target, stream=stream)
            except (av.error.FFmpegError, OverflowError):
                return
        converter = Resampler("s16", layout, rate)
        position: int | None = None
        fed, barren = 0.0, 0  # output samples that the input given so far amounts to
        packets = demux(container, stream)
        while barren < MAX_BARREN:
            barren += 1
            try:
                packet = next(packets)
                frames = packet.decode()
            except (StopIteration, av.error.EOFError):
                break
            except av.error.FFmpegError:
                if unreadable is not None and packet.duration:
                    unreadable.append(float(packet.duration * packet.time_base))
                continue
            for frame in frames:
                if frame.time is not None:
                    due = (frame.time - zero) * rate
                    if position is None:
                        position, fed = round(due), due
                    elif due - fed > LEAP_SECONDS * rate:
                        return
                    elif due - fed > GAP_SECONDS * rate:
                        end = position + round(due - fed)
                        fed += end - position
                        while position < end:
                            gap = min(end - position, SILENCE_SECONDS * rate)
                            yield position, np.zeros((gap, _channels(layout)), np.int16)
                            position += gap
                    elif fed - due > GAP_SECONDS * rate:
                        continue
                blocks = converter.convert(frame)
                if blocks is None:
                    continue
                if position is None:
                    position = 0
                fed += frame.samples * rate / frame.sample_rate
                for block in blocks:
                    barren = 0
                    yield position, block
                    position += len(block)
        for block in converter.rest():
            yield position or 0, block
            position = (position or 0) + len(block)


def read(path: Path, audio: AudioStream, zero: float, rate: int, layout: str, start: int, count: int) -> Samples:
    """Exactly ``count`` samples from sample ``start`` on, shape (count, channels); silence where there is none."""
    out = np.zeros((count, _channels(layout)), np.int16)
    begin = start / rate
    pieces = blocks(path, audio, zero, rate, layout, begin)
    piece = next(pieces, None)
    if begin > PREROLL_SECONDS and (piece is None or piece[0] > start):
        # Some containers seek past a time: decoding from the beginning always gets there.
        pieces = blocks(path, audio, zero, rate, layout)
        piece = next(pieces, None)
    while piece is not None and piece[0] < start + count:
        position, block = piece
        first, last = max(position, start), min(position + len(block), start + count)
        if last > first:
            out[first - start : last - start] = block[first - position : last - position]
        piece = next(pieces, None)
    return out


def extract(path: Path, audio: AudioStream, zero: float, limit_seconds: float, out: Path) -> tuple[float, float]:
    """Writes 16 kHz mono 16-bit WAV that starts with the picture.

    Gives its length in seconds, 0 for a mere click, and how many seconds could not be decoded.
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
    """The extract of a source without sound."""
    return np.zeros(0, np.int16)


def _channels(layout: str) -> int:
    return {"mono": 1, "stereo": 2}[layout]


def decoded(path: Path, rate: int = 48_000) -> NDArray[np.float32]:
    """All of the first sound stream as stereo, full scale ±1, shape (n, 2); what cannot be decoded is left out."""
    import av

    found: list[NDArray[np.float32]] = []
    with opened(path) as container:
        converter = Resampler("flt", "stereo", rate)
        for packet in demux(container, container.streams.audio[0]):
            try:
                frames = packet.decode()
            except av.error.FFmpegError:
                continue
            found += [block for frame in frames for block in converter.convert(frame) or ()]
    return np.concatenate(found) if found else np.zeros((0, 2), np.float32)
