"""The voice of a talk: how loud and how melodious each of its parts is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log10

import numpy as np
from numpy.typing import NDArray

RATE = 16_000
FRAME, HOP, FOURIER = 640, 320, 2048
# Voices lie between these pitches, in Hz; a frame whose autocorrelation has no such peak is not voiced.
MIN_PITCH, MAX_PITCH, MIN_PEAK = 65, 400, 0.5
# Of a long part, so much is enough.
MAX_SECONDS = 12
MIN_VOICED = 10

Span = tuple[float, float]


@dataclass(frozen=True)
class Voice:
    """``level`` in dB relative to full scale; ``pitch`` is the spread of the pitch in semitones, where it is known."""

    level: float
    pitch: float | None


def voices(samples: NDArray[np.int16], spans: Sequence[Span]) -> list[Voice]:
    """The voice in each of ``spans``, in seconds of 16 kHz mono ``samples``, shape (n,)."""
    return list(_voices(samples, spans))


def _voices(samples: NDArray[np.int16], spans: Sequence[Span]) -> Iterator[Voice]:
    for start, end in spans:
        part = samples[int(start * RATE) : int(min(end, start + MAX_SECONDS) * RATE)].astype(np.float32) / 32768
        power = float(np.mean(part * part)) if len(part) else 0.0
        yield Voice(round(10 * log10(power + 1e-12), 2), _pitch_spread(part))


def _pitch_spread(part: NDArray[np.float32]) -> float | None:
    """The standard deviation of the pitch in semitones, by autocorrelation of 40 ms frames."""
    if len(part) < FRAME:
        return None
    frames = np.lib.stride_tricks.sliding_window_view(part, FRAME)[::HOP]
    windowed = (frames - frames.mean(axis=1, keepdims=True)) * np.hanning(FRAME)
    spectrum = np.fft.rfft(windowed, FOURIER)
    correlation = np.fft.irfft(np.abs(spectrum) ** 2)[:, : RATE // MIN_PITCH]
    peaks = correlation[:, RATE // MAX_PITCH :]
    lags = peaks.argmax(axis=1)
    voiced = peaks[np.arange(len(peaks)), lags] > MIN_PEAK * np.maximum(correlation[:, 0], 1e-9)
    if voiced.sum() < MIN_VOICED:
        return None
    pitch = 12 * np.log2(RATE / (lags[voiced] + RATE // MAX_PITCH))
    # Octave errors are not melody.
    near = pitch[np.abs(pitch - np.median(pitch)) < 8]
    return round(float(near.std()), 3)
