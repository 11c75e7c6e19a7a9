"""Reading sound on the clock of the picture: gaps filled with silence, sample positions exact."""

import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.media import AudioStream
from pytoon_pipeline.media.container import opened

ANALYSIS_RATE = 16_000
PREROLL_SECONDS = 1.0
# Timestamps jitter by rounding; only a jump beyond this is a real gap or overlap.
GAP_SECONDS = 0.03

Samples = NDArray[np.int16]


def chunks(
    path: Path, audio: AudioStream, zero: float, rate: int, layout: str, start: float = 0.0
) -> Iterator[tuple[int, Samples]]:
    """Decoded sound as ``(position, samples)``: position in samples from ``zero`` (seconds of the container's clock),
    samples of shape (n, channels), 16 bit. Without gaps from the first chunk on; ``start`` may be met some time early.
    """
    import av

    with opened(path) as container:
        stream = container.streams[audio.index]
        assert isinstance(stream, av.AudioStream)
        if start > PREROLL_SECONDS and stream.time_base:
            target = int((zero + start - PREROLL_SECONDS) / stream.time_base)
            try:
                container.seek(target, stream=stream)
            except av.error.FFmpegError:
                container.seek(0)
        resampler = av.AudioResampler(format="s16", layout=layout, rate=rate)
        position: int | None = None
        fed = 0.0  # output samples that the input given so far amounts to
        packets = container.demux(stream)
        while True:
            try:
                packet = next(packets)
                frames = packet.decode()
            except (StopIteration, av.error.EOFError):
                break
            except av.error.FFmpegError:
                continue
            for frame in frames:
                if frame.time is not None:
                    due = (frame.time - zero) * rate
                    if position is None:
                        position, fed = round(due), due
                    elif due - fed > GAP_SECONDS * rate:
                        gap = round(due - fed)
                        yield position, np.zeros((gap, _channels(layout)), np.int16)
                        position, fed = position + gap, fed + gap
                    elif fed - due > GAP_SECONDS * rate:
                        continue
                if position is None:
                    position = 0
                fed += frame.samples * rate / frame.sample_rate
                for made in resampler.resample(frame):
                    block = made.to_ndarray().reshape(-1, _channels(layout))
                    yield position, block
                    position += len(block)
        for made in resampler.resample(None):
            block = made.to_ndarray().reshape(-1, _channels(layout))
            yield position or 0, block
            position = (position or 0) + len(block)


def read(path: Path, audio: AudioStream, zero: float, rate: int, layout: str, start: int, count: int) -> Samples:
    """Exactly ``count`` samples from sample ``start`` on, shape (count, channels); silence where there is none."""
    out = np.zeros((count, _channels(layout)), np.int16)
    begin = start / rate
    pieces = chunks(path, audio, zero, rate, layout, begin)
    piece = next(pieces, None)
    if begin > PREROLL_SECONDS and (piece is None or piece[0] > start):
        # Some containers seek past a time: decoding from the beginning always gets there.
        pieces = chunks(path, audio, zero, rate, layout)
        piece = next(pieces, None)
    while piece is not None and piece[0] < start + count:
        position, block = piece
        first, last = max(position, start), min(position + len(block), start + count)
        if last > first:
            out[first - start : last - start] = block[first - position : last - position]
        piece = next(pieces, None)
    return out


def extract(path: Path, audio: AudioStream, zero: float, limit_seconds: float, out: Path) -> float:
    """Writes 16 kHz mono 16-bit WAV that starts with the picture. Gives its length in seconds."""
    limit = round(limit_seconds * ANALYSIS_RATE)
    written = 0
    with wave.open(str(out), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(ANALYSIS_RATE)
        for position, block in chunks(path, audio, zero, ANALYSIS_RATE, "mono"):
            if position > written:
                file.writeframes(bytes(2 * min(position - written, limit - written)))
                written = min(position, limit)
            fresh = block[max(0, written - position) : limit - position]
            file.writeframes(fresh.tobytes())
            written += len(fresh)
            if written >= limit:
                break
    return written / ANALYSIS_RATE


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
        resampler = av.AudioResampler(format="flt", layout="stereo", rate=rate)
        for packet in container.demux(container.streams.audio[0]):
            try:
                frames = packet.decode()
            except av.error.FFmpegError:
                continue
            found += [made.to_ndarray().reshape(-1, 2) for frame in frames for made in resampler.resample(frame)]
    return np.concatenate(found) if found else np.zeros((0, 2), np.float32)
