"""Voiced stretches that no word covers: fillers such as “um” that transcribers leave out."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.analysis.speech.silence import WINDOW_SECONDS, levels, speech_level
from pytoon_pipeline.contracts.analysis import Word
from pytoon_pipeline.contracts.time import TimeRange, runs

RATE = 16_000
FRAME, FOURIER = 640, 2048
# Voices lie between these pitches, in Hz; a window whose autocorrelation has no such peak is not voiced.
MIN_PITCH, MAX_PITCH, MIN_PEAK = 65, 400, 0.55
# Words sound a little longer than their times say; a filler is voiced for at least so long beside them.
EDGE_SECONDS, MIN_SECONDS, MAX_SECONDS = 0.05, 0.16, 1.6
# It is about as loud as speech, and its pitch stays where it is, in semitones.
DROP_DB, MAX_PITCH_SPREAD = 22.0, 1.5
# Consonants in it, such as the m of “um”, may be weaker.
MAX_GAP_WINDOWS = 4
# Where more of the time without words is voiced, something else than the speaker sounds: music, or a second voice.
MAX_VOICED_SHARE, MIN_SHARE_SECONDS = 0.5, 5.0


def voiced_gaps(samples: NDArray[np.int16], words: Sequence[Word]) -> list[TimeRange]:
    """Ranges of 16 kHz mono ``samples``, shape (n,), between ``words`` in which somebody makes a sound that stays the
    same.
    """
    decibels = levels(samples, RATE)
    threshold = speech_level(decibels) - DROP_DB
    gaps = list(_gaps(words))
    found = [(gap, _voiced(samples, decibels, gap, threshold)) for gap in gaps]
    total = sum(end - start for start, end in gaps)
    sounding = sum(one.seconds for _, ranges in found for one in ranges)
    if total >= MIN_SHARE_SECONDS and sounding > MAX_VOICED_SHARE * total:
        return []
    return [one for _, ranges in found for one in ranges]


def _gaps(words: Sequence[Word]) -> Iterator[tuple[float, float]]:
    """The time between words that follow each other, without their edges."""
    for before, after in pairwise(words):
        start, end = before.end + EDGE_SECONDS, after.start - EDGE_SECONDS
        if end - start >= MIN_SECONDS:
            yield start, end


def _voiced(
    samples: NDArray[np.int16], decibels: NDArray[np.float64], gap: tuple[float, float], threshold: float
) -> list[TimeRange]:
    first, last = round(gap[0] / WINDOW_SECONDS), round(gap[1] / WINDOW_SECONDS)
    pitch = pitches(samples, first, last)
    sounds = (pitch > 0) & (decibels[first : first + len(pitch)] >= threshold)
    least = round(MIN_SECONDS / WINDOW_SECONDS)
    found = []
    for start, end in runs(sounds.tolist(), least, MAX_GAP_WINDOWS):
        heard = pitch[start:end][pitch[start:end] > 0]
        if (end - start) * WINDOW_SECONDS <= MAX_SECONDS and _spread(heard) <= MAX_PITCH_SPREAD:
            found.append(
                TimeRange(
                    start=round((first + start) * WINDOW_SECONDS, 3), end=round((first + end) * WINDOW_SECONDS, 3)
                )
            )
    return found


def pitches(samples: NDArray[np.int16], first: int, last: int) -> NDArray[np.float64]:
    """The pitch of each 10 ms from window ``first`` to ``last`` in semitones above 1 Hz, shape (windows,); 0 where
    nothing is voiced. By the autocorrelation of 40 ms.
    """
    hop = round(WINDOW_SECONDS * RATE)
    start = first * hop - (FRAME - hop) // 2
    part = np.pad(samples, (FRAME, FRAME))[start + FRAME : start + FRAME + (last - first) * hop + FRAME].astype(
        np.float64
    )
    if len(part) < FRAME:
        return np.zeros(0)
    frames = np.lib.stride_tricks.sliding_window_view(part, FRAME)[::hop][: last - first]
    windowed = (frames - frames.mean(axis=1, keepdims=True)) * np.hanning(FRAME)
    correlation = np.fft.irfft(np.abs(np.fft.rfft(windowed, FOURIER)) ** 2)[:, : RATE // MIN_PITCH]
    peaks = correlation[:, RATE // MAX_PITCH :]
    lags = peaks.argmax(axis=1)
    voiced = peaks[np.arange(len(peaks)), lags] > MIN_PEAK * np.maximum(correlation[:, 0], 1e-9)
    return np.where(voiced, 12 * np.log2(RATE / (lags + RATE // MAX_PITCH)), 0.0)


def _spread(semitones: NDArray[np.float64]) -> float:
    """The standard deviation of a pitch; octave errors are no melody."""
    near = semitones[np.abs(semitones - np.median(semitones)) < 8]
    return float(near.std())
