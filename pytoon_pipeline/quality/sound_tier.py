"""The sound: its loudness and peaks, and whether the file plays what was made."""

from collections.abc import Iterator
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.quality import Finding, Severity
from pytoon_pipeline.quality.context import CheckContext, runs

RATE = 48_000
# Sound is compared in windows of so many samples, 5 ms: the shortest click that is meant to be found.
WINDOW = 240
# How far apart sound and picture are looked for, in samples.
MAX_SHIFT = RATE // 4
# A window that plays this much of what it should counts as silent there.
GONE = 0.1


def level(context: CheckContext) -> Iterator[Finding]:
    found, limits = context.inspection.loudness, context.limits
    if found is None:
        return
    if found.integrated <= limits.silent_lufs:
        if context.spec is not None and not context.spec.audio.tracks:
            return  # silence was chosen
        severity: Severity = "advice" if context.planned_silence or context.spec is None else "gate"
        yield context.limited("audio", "silent", "silent_lufs", found.integrated, "Nothing can be heard.", severity)
        return
    target = context.spec.audio.loudness if context.spec else -14.0
    if abs(found.integrated - target) > limits.loudness_tolerance:
        yield context.finding(
            "audio",
            "loudness",
            "gate",
            f"Loudness is {found.integrated} LUFS, not {target:g}.",
            found.integrated,
            target,
            context.limit_sources["loudness_tolerance"],
        )
    if found.true_peak > limits.true_peak_max:
        yield context.limited(
            "audio", "true_peak", "true_peak_max", found.true_peak, f"The true peak is {found.true_peak} dBTP."
        )


def matches_mix(context: CheckContext) -> Iterator[Finding]:
    """Sound that is not what was made: shifted, missing, or with something in it that was not."""
    rendered = context.rendered.audio if context.rendered else None
    if rendered is None or context.decoded_audio is None or not len(context.decoded_audio) or not rendered.any():
        return
    limits, rate = context.limits, context.inspection.rate
    made, played = rendered.mean(axis=1), context.decoded_audio.mean(axis=1)
    shift = _shift(made, played)
    if abs(shift) > limits.desync * RATE:
        yield context.limited(
            "audio",
            "desync",
            "desync",
            round(shift / RATE, 4),
            f"The sound is {shift / RATE * 1000:.0f} ms late.",
        )
    aligned = _moved(played, shift, len(made))
    should, other = _levels(made), _levels(aligned - made)
    around = np.convolve(should, np.ones(21) / 21, "same")
    strange = other > np.maximum(limits.click_level, around)
    gone = (_levels(aligned) < GONE * should) & (should > limits.click_level)
    for start, end in runs(gone, least=8, gap=4):
        yield context.limited(
            "audio",
            "silent",
            "click_level",
            round(float(should[start:end].max()), 3),
            "Nothing can be heard where there should be sound.",
            "gate",
            *_frames(start, end, rate),
        )
    for start, end in runs(strange & ~gone, gap=4):
        yield context.limited(
            "audio",
            "click",
            "click_level",
            round(float(other[start:end].max()), 3),
            "There is a sound that was not made.",
            "gate",
            *_frames(start, end, rate),
        )


def _shift(made: NDArray[np.float32], played: NDArray[np.float32]) -> int:
    """Samples by which ``played`` is late, within ``FARTHEST``."""
    size = 1 << (len(made) + len(played) + MAX_SHIFT).bit_length()
    product = np.fft.rfft(played, size) * np.conj(np.fft.rfft(made, size))
    # Whitened, the peak is sharp also for tones.
    spectrum = np.fft.irfft(product / (np.abs(product) + 1e-9 * np.abs(product).max() + 1e-12), size)
    ways = np.concatenate((spectrum[-MAX_SHIFT:], spectrum[: MAX_SHIFT + 1]))
    return int(ways.argmax()) - MAX_SHIFT


def _moved(played: NDArray[np.float32], shift: int, length: int) -> NDArray[np.float32]:
    begun = played[shift:] if shift >= 0 else np.concatenate((np.zeros(-shift, np.float32), played))
    return np.concatenate((begun, np.zeros(max(0, length - len(begun)), np.float32)))[:length]


def _levels(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Root mean square of each window."""
    whole = samples[: len(samples) // WINDOW * WINDOW].reshape(-1, WINDOW)
    return np.sqrt((whole**2).mean(axis=1))


def _frames(start: int, end: int, rate: float) -> tuple[int, int]:
    """Windows as frames of the video."""
    return floor(start * WINDOW / RATE * rate), ceil(end * WINDOW / RATE * rate)
