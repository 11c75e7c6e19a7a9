"""The beats of music: onsets by spectral flux, tempo by autocorrelation, and beats by dynamic programming.

After D. Ellis, Beat Tracking by Dynamic Programming, Journal of New Music Research 36 (2007).
"""

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.runtime import stopping

Values = NDArray[np.float64]

# Length and distance of the windows of the spectrum, in samples of 16 kHz.
WINDOW, HOP = 512, 128
# The spectrum in this many bands, from the lowest frequency in Hz up, at equal distances of its logarithm.
BANDS, LOWEST_HZ = 32, 60.0
# The onset of a sound is strongest this many seconds before it is in the middle of a window, as measured on clicks.
LATENCY = 0.008
# Loudness changes slower than this many seconds are no onsets.
TREND_SECONDS = 0.5
# Tempos in beats per minute: the limits, and the one that is most likely, with its spread in octaves.
MIN_BPM, MAX_BPM, LIKELY_BPM, SPREAD = 60.0, 190.0, 120.0, 0.9
# How much a beat that is not at its distance from the last costs, against the strength of onsets.
TIGHTNESS = 100.0
# Music has this many times as much onset on its beats as on average, and at least so many beats; else it has no beats.
MIN_PULSE, MIN_BEATS = 1.75, 8
SILENCE = 1e-4


def find_beats(samples: NDArray[np.int16], rate: int) -> tuple[float, ...]:
    """The times of the beats in seconds; empty for audio without a steady beat. ``samples`` are mono, shape (n,)."""
    onsets = onset_strength(samples)
    frames_per_second = rate / HOP
    if len(onsets) < 4 * frames_per_second or not onsets.any():
        return ()
    period = beat_period(onsets, frames_per_second)
    beats = _track(onsets, period)
    if len(beats) < MIN_BEATS or _pulse(onsets, beats) < MIN_PULSE:
        return ()
    times = (beats * HOP + WINDOW / 2) / rate + LATENCY
    return tuple(round(float(time), 3) for time in times if time >= 0)


def onset_strength(samples: NDArray[np.int16]) -> Values:
    """How much begins to sound in each window, from 0, in standard deviations; shape (windows,)."""
    count = 1 + (len(samples) - WINDOW) // HOP
    if count < 2:
        return np.zeros(0)
    bands, window = _bands(), np.hanning(WINDOW)
    flux = np.zeros(count)
    last: Values | None = None
    # In blocks of about 8 s: the spectrum of a long song at once would take gigabytes.
    for first in range(0, count, 1000):
        stopping.check()
        number = min(1000, count - first)
        part = samples[first * HOP : (first + number - 1) * HOP + WINDOW] / 32768
        frames = np.lib.stride_tricks.sliding_window_view(part, WINDOW)[::HOP] * window
        levels = np.log(np.abs(np.fft.rfft(frames, axis=1)) @ bands + SILENCE)
        before = np.vstack([levels[:1] if last is None else last[None], levels[:-1]])
        flux[first : first + number] = np.maximum(0, levels - before).sum(axis=1)
        last = levels[-1]
    return _standardised(flux)


def beat_period(onsets: Values, frames_per_second: float) -> float:
    """The distance of beats in windows: the lag at which ``onsets`` repeat, with a preference for usual tempos."""
    lags = np.arange(int(60 / MAX_BPM * frames_per_second), int(60 / MIN_BPM * frames_per_second) + 2)
    spectrum = np.abs(np.fft.rfft(onsets, 2 * len(onsets))) ** 2
    repeats = np.fft.irfft(spectrum)[: lags[-1] + 2]
    octaves = np.log2(60 * frames_per_second / lags / LIKELY_BPM)
    # Twice the lag repeats too where the lag is a beat, and not where it is an off-beat.
    double = np.interp(2 * lags, np.arange(len(repeats)), repeats, right=0)
    scores = (repeats[lags] + 0.5 * double) * np.exp(-0.5 * (octaves / SPREAD) ** 2)
    best = int(np.argmax(scores))
    if 0 < best < len(lags) - 1:
        left, middle, right = repeats[lags[best] - 1 : lags[best] + 2]
        curve = left - 2 * middle + right
        return float(lags[best] + (0.5 * (left - right) / curve if curve < 0 else 0.0))
    return float(lags[best])


def _track(onsets: Values, period: float) -> NDArray[np.int64]:
    """The windows of the beats: those with the best sum of onsets and even distances."""
    smooth = _smoothed(onsets, period / 32)
    reach = np.arange(-round(2 * period), -round(period / 2) + 1)
    costs = -TIGHTNESS * np.log(-reach / period) ** 2
    scores, previous = smooth.copy(), np.full(len(smooth), -1)
    for n in range(-reach[-1], len(smooth)):
        skipped = max(0, -reach[0] - n)
        options = scores[n + reach[0] + skipped : n + reach[-1] + 1] + costs[skipped:]
        best = int(np.argmax(options))
        if options[best] > 0:
            scores[n] += options[best]
            previous[n] = n + reach[best + skipped]
    # The last beat is the best of the last period.
    beats = [len(scores) - 1 - int(np.argmax(scores[: -round(period) - 1 : -1]))]
    while (before := int(previous[beats[-1]])) >= 0:
        beats.append(before)
    return np.array(beats[::-1])


def _pulse(onsets: Values, beats: NDArray[np.int64]) -> float:
    """The onset near beats, relative to the mean over all windows."""
    near = np.max([onsets[np.clip(beats + shift, 0, len(onsets) - 1)] for shift in (-2, -1, 0, 1, 2)], axis=0)
    widest = np.lib.stride_tricks.sliding_window_view(np.pad(onsets, 2), 5).max(axis=1)
    return float(near.mean() / max(widest.mean(), 1e-9))


def _bands() -> Values:
    """Weights of the spectrum's values in each band, shape (WINDOW / 2 + 1, BANDS): overlapping triangles."""
    frequencies = np.arange(WINDOW // 2 + 1) / WINDOW * 16_000
    edges = np.geomspace(LOWEST_HZ, 8000, BANDS + 2)
    rising = (frequencies[:, None] - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - frequencies[:, None]) / (edges[2:] - edges[1:-1])
    weights = np.maximum(0, np.minimum(rising, falling))
    return weights / np.maximum(weights.sum(axis=0), 1)


def _standardised(flux: Values) -> Values:
    above = np.maximum(0, flux - _smoothed(flux, TREND_SECONDS * 125))
    deviation = float(above.std())
    return above / deviation if deviation > 0 else above


def _smoothed(values: Values, deviation: float) -> Values:
    """``values`` after a Gaussian filter."""
    reach = max(1, round(3 * deviation))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / max(deviation, 0.3)) ** 2)
    return np.convolve(np.pad(values, reach, mode="edge"), weights / weights.sum(), mode="valid")
