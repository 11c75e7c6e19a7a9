"""Short sounds for transitions and emphasis, made from a seed. Stereo, shape (n, 2), full scale ±1, peak 1."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.output_format import SAMPLE_RATE
from pytoon_pipeline.contracts.spec.render_spec import SoundKind

Samples = NDArray[np.float32]
Mono = NDArray[np.float64]

# Lengths in seconds. A whoosh is loudest in its middle, a riser at its end, all others at their beginning.
SECONDS: dict[SoundKind, float] = {"whoosh": 0.5, "pop": 0.12, "click": 0.04, "riser": 1.2, "hit": 0.7, "ding": 1.0}
# The loudest moment as a share of the length.
PEAK: dict[SoundKind, float] = {"whoosh": 0.5, "pop": 0.0, "click": 0.0, "riser": 1.0, "hit": 0.0, "ding": 0.0}
EDGE_SECONDS = 0.003


def synthesised(kind: SoundKind, seed: int) -> Samples:
    """The sound of ``kind``; other seeds vary its noise and its pitch a little."""
    random = np.random.default_rng([seed, list(SECONDS).index(kind)])
    time = np.arange(round(SECONDS[kind] * SAMPLE_RATE)) / SAMPLE_RATE
    mono = SYNTHESISERS[kind](time, random)
    edge = round(EDGE_SECONDS * SAMPLE_RATE)
    mono[:edge] *= np.linspace(0, 1, edge)
    mono[-edge:] *= np.linspace(1, 0, edge)
    mono /= np.abs(mono).max()
    return np.repeat(mono[:, None], 2, axis=1).astype(np.float32)


def _whoosh(time: Mono, random: np.random.Generator) -> Mono:
    """Noise whose band rises and falls again."""
    share = time / time[-1]
    return _swept(random, len(time), 300 + 2600 * np.sin(np.pi * share) ** 2) * np.sin(np.pi * share) ** 2


def _riser(time: Mono, random: np.random.Generator) -> Mono:
    """A band of noise and a tone that rise and get louder."""
    share = time / time[-1]
    tone = np.sin(2 * np.pi * np.cumsum(180 * 4**share) / SAMPLE_RATE)
    return (_swept(random, len(time), 400 * 8**share) + 0.3 * tone) * share**2


def _pop(time: Mono, random: np.random.Generator) -> Mono:
    """A tone that falls quickly, like a bubble."""
    pitch = random.uniform(0.95, 1.05) * (320 + 500 * np.exp(-time / 0.02))
    return np.sin(2 * np.pi * np.cumsum(pitch) / SAMPLE_RATE) * np.exp(-time / 0.025)


def _click(time: Mono, random: np.random.Generator) -> Mono:
    """A short burst, like a key."""
    return (random.normal(0, 0.5, len(time)) + np.sin(2 * np.pi * 2400 * time)) * np.exp(-time / 0.004)


def _hit(time: Mono, random: np.random.Generator) -> Mono:
    """A drum: a low tone that falls, with a burst of noise."""
    low = np.sin(2 * np.pi * np.cumsum(48 + 90 * np.exp(-time / 0.05)) / SAMPLE_RATE) * np.exp(-time / 0.18)
    return low + 0.25 * random.normal(0, 1, len(time)) * np.exp(-time / 0.02)


def _ding(time: Mono, random: np.random.Generator) -> Mono:
    """A small bell: partials that do not belong to one harmonic series."""
    pitch = random.uniform(0.98, 1.02) * 1320
    partials = ((1.0, 1.0, 0.35), (2.76, 0.4, 0.2), (5.4, 0.2, 0.1))
    return np.asarray(sum(a * np.sin(2 * np.pi * pitch * f * time) * np.exp(-time / d) for f, a, d in partials))


def _swept(random: np.random.Generator, samples: int, centre: Mono) -> Mono:
    """Noise around the frequency ``centre`` of each sample: slow noise that modulates a tone."""
    slow = np.convolve(random.normal(0, 1, samples), np.hanning(64), "same")
    quadrature = np.convolve(random.normal(0, 1, samples), np.hanning(64), "same")
    phase = 2 * np.pi * np.cumsum(centre) / SAMPLE_RATE
    return slow * np.cos(phase) + quadrature * np.sin(phase)


SYNTHESISERS: dict[SoundKind, Callable[[Mono, np.random.Generator], Mono]] = {
    "whoosh": _whoosh,
    "pop": _pop,
    "click": _click,
    "riser": _riser,
    "hit": _hit,
    "ding": _ding,
}
