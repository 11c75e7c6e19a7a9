"""Checks of the audio: its loudness and true peak, and whether the file plays what was rendered."""

from collections.abc import Iterator
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.output_format import SAMPLE_RATE
from pytoon_pipeline.contracts.quality import Severity
from pytoon_pipeline.contracts.time import runs
from pytoon_pipeline.quality.context import CheckContext
from pytoon_pipeline.quality.deviation import Deviation, Limit

# Audio is compared in windows of so many samples: 5 ms, the shortest click to be found.
WINDOW = 240
# The largest offset between audio and video that is searched, in samples.
MAX_SHIFT = SAMPLE_RATE // 4
# A window with less than this share of the expected level is silent.
SILENT_SHARE = 0.1
# The target loudness in LUFS of a file without a plan.
DEFAULT_LOUDNESS = -14.0


def level(context: CheckContext) -> Iterator[Deviation]:
    measured, limits, spec = context.inspection.loudness, context.limits, context.spec
    if measured is None:
        return
    if measured.integrated <= limits.silent_lufs:
        if spec is not None and not spec.audio.tracks and not spec.audio.effects:
            return  # The plan has no audio.
        severity: Severity = "advice" if context.planned_silence or spec is None else "gate"
        message = "The audio is silent (loudness in LUFS)."
        yield Deviation("silent", message, measured.integrated, context.limit("silent_lufs"), severity)
        return
    target = spec.audio.loudness if spec else DEFAULT_LOUDNESS
    if abs(measured.integrated - target) > limits.loudness_tolerance:
        message = (
            f"Loudness is {measured.integrated} LUFS; the target is {target:g} ± {limits.loudness_tolerance:g} LU."
        )
        limit = Limit(target, context.limit("loudness_tolerance").source)
        yield Deviation("loudness", message, measured.integrated, limit)
    if measured.true_peak > limits.true_peak_max:
        message = "The true peak is too high (dBTP)."
        yield Deviation("true_peak", message, measured.true_peak, context.limit("true_peak_max"))


def matches_mix(context: CheckContext) -> Iterator[Deviation]:
    """Audio that differs from the rendered mix: shifted, missing, or with additional sounds."""
    mix = context.rendered.audio if context.rendered else None
    if mix is None or context.decoded_audio is None or not len(context.decoded_audio) or not mix.any():
        return
    limits, rate = context.limits, context.inspection.rate
    expected, actual = mix.mean(axis=1), context.decoded_audio.mean(axis=1)
    shift = _shift(expected, actual)
    if abs(shift) > limits.desync * SAMPLE_RATE:
        seconds = shift / SAMPLE_RATE
        direction = "late" if shift > 0 else "early"
        message = f"The audio is {abs(seconds) * 1000:.0f} ms {direction} (seconds)."
        yield Deviation("desync", message, round(seconds, 4), context.limit("desync"))
    aligned = _moved(actual, shift, len(expected))
    expected_levels, residual_levels = _levels(expected), _levels(aligned - expected)
    surroundings = np.convolve(expected_levels, np.ones(21) / 21, "same")
    foreign = residual_levels > np.maximum(limits.click_level, surroundings)
    missing = (_levels(aligned) < SILENT_SHARE * expected_levels) & (expected_levels > limits.click_level)
    limit = context.limit("click_level")
    for start, end in runs(missing, min_length=8, max_gap=4):
        message = "The audio is silent although the plan has audio here (RMS level, full scale is 1)."
        value = round(float(expected_levels[start:end].max()), 3)
        yield Deviation("silent", message, value, limit, "gate", *_frames(start, end, rate))
    for start, end in runs(foreign & ~missing, max_gap=4):
        message = "The audio contains a click or another sound that was not rendered (RMS level, full scale is 1)."
        value = round(float(residual_levels[start:end].max()), 3)
        yield Deviation("click", message, value, limit, "gate", *_frames(start, end, rate))


def _shift(expected: NDArray[np.float32], actual: NDArray[np.float32]) -> int:
    """Samples by which ``actual`` is late, within ``MAX_SHIFT``: the peak of the phase correlation."""
    size = 1 << (len(expected) + len(actual) + MAX_SHIFT).bit_length()
    product = np.fft.rfft(actual, size) * np.conj(np.fft.rfft(expected, size))
    # Whitening makes the peak sharp even for tones.
    correlation = np.fft.irfft(product / (np.abs(product) + 1e-9 * np.abs(product).max() + 1e-12), size)
    candidates = np.concatenate((correlation[-MAX_SHIFT:], correlation[: MAX_SHIFT + 1]))
    return int(candidates.argmax()) - MAX_SHIFT


def _moved(samples: NDArray[np.float32], shift: int, length: int) -> NDArray[np.float32]:
    """``samples`` earlier by ``shift``, padded or cut to ``length``."""
    moved = samples[shift:] if shift >= 0 else np.concatenate((np.zeros(-shift, np.float32), samples))
    return np.concatenate((moved, np.zeros(max(0, length - len(moved)), np.float32)))[:length]


def _levels(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """The root mean square of each window."""
    windows = samples[: len(samples) // WINDOW * WINDOW].reshape(-1, WINDOW)
    return np.sqrt((windows**2).mean(axis=1))


def _frames(start: int, end: int, rate: float) -> tuple[int, int]:
    """A range of windows as frames of the video."""
    return floor(start * WINDOW / SAMPLE_RATE * rate), ceil(end * WINDOW / SAMPLE_RATE * rate)
