"""Instruments of synthesised music: a note in, samples out. Mono, shape (n,), about ±1."""

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.output_format import SAMPLE_RATE

Mono = NDArray[np.float64]

# MIDI note 69 is the A of 440 Hz, and an octave has twelve notes.
A4, A4_HZ = 69, 440.0


def frequency(pitch: float) -> float:
    """Hz of a MIDI note in equal temperament."""
    return float(A4_HZ * 2 ** ((pitch - A4) / 12))


def pad(pitch: float, seconds: float) -> Mono:
    """A soft chord voice: two tones a few cents apart, coming and going slowly."""
    time = _time(seconds)
    share = time / seconds
    tones = sum(_tone(pitch + cents / 100, time, (1.0, 0.3, 0.12, 0.05)) for cents in (-6, 5))
    return np.asarray(tones) * 0.5 * np.sin(np.pi * share) ** 0.8


def pluck(pitch: float, seconds: float) -> Mono:
    """A plucked string: high partials fade first."""
    time = _time(seconds)
    partials = [
        np.sin(2 * np.pi * frequency(pitch) * n * time) * np.exp(-time * (2.2 + 2.4 * n)) / n for n in range(1, 7)
    ]
    return np.asarray(sum(partials)) * _edges(time, 0.004)


def bell(pitch: float, seconds: float) -> Mono:
    """A small bell far away."""
    time = _time(seconds)
    base = frequency(pitch)
    tones = ((1.0, 1.0, 1.6), (2.76, 0.3, 0.7), (5.4, 0.1, 0.3))
    return np.asarray(sum(a * np.sin(2 * np.pi * base * f * time) * np.exp(-time / d) for f, a, d in tones))


def bass(pitch: float, seconds: float) -> Mono:
    """A round bass."""
    time = _time(seconds)
    return _tone(pitch, time, (1.0, 0.35, 0.1)) * np.exp(-time * 1.5) * _edges(time, 0.01)


def kick(_pitch: float, seconds: float) -> Mono:
    """A bass drum: a low tone that falls."""
    time = _time(seconds)
    return np.sin(2 * np.pi * np.cumsum(46 + 95 * np.exp(-time / 0.035)) / SAMPLE_RATE) * np.exp(-time / 0.13)


def hat(pitch: float, seconds: float) -> Mono:
    """A closed hi-hat: a short burst of bright noise. The note chooses the noise."""
    time = _time(seconds)
    noise = np.random.default_rng(round(pitch)).normal(0, 0.5, len(time) + 1)
    return np.diff(noise) * np.exp(-time / 0.022)


def _tone(pitch: float, time: Mono, partials: tuple[float, ...]) -> Mono:
    base = 2 * np.pi * frequency(pitch) * time
    return np.asarray(sum(level * np.sin(base * (n + 1)) for n, level in enumerate(partials)))


def _edges(time: Mono, seconds: float) -> Mono:
    """A gain that rises at the beginning and falls at the end, so that neither clicks."""
    return np.minimum(1.0, np.minimum(time, time[-1] - time) / seconds)


def _time(seconds: float) -> Mono:
    return np.arange(max(2, round(seconds * SAMPLE_RATE))) / SAMPLE_RATE
