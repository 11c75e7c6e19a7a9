"""Noises as recordings of speech have them, made from a seed. Blocks have shape (n, 2), full scale ±1."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.output_format import SAMPLE_RATE

Samples = NDArray[np.float32]


def at_ratio(noise: Samples, speech: Samples, decibels: float) -> Samples:
    """``noise`` at a level of ``decibels`` below that of ``speech``, both over their whole length."""
    power = np.mean(speech**2) / 10 ** (decibels / 10)
    return noise * np.float32(np.sqrt(power / np.mean(noise**2)))


def white(samples: int, seed: int) -> Samples:
    """The same power at all frequencies."""
    return _stereo(np.random.default_rng(seed).normal(0, 1, samples))


def pink_hum(samples: int, seed: int) -> Samples:
    """Power that falls by 3 dB per octave, as of ventilation, and a hum of 50 Hz with overtones."""
    pink = _shaped(np.random.default_rng(seed).normal(0, 1, samples), lambda f: 1 / np.sqrt(np.maximum(f, 20)))
    time = np.arange(samples) / SAMPLE_RATE
    hum = sum(np.sin(2 * np.pi * 50 * n * time + n) / n for n in range(1, 8))
    return _stereo(pink / pink.std() + hum)


def babble(samples: int, seed: int) -> Samples:
    """Many voices at once: pulses at the pitches of people through moving formants, syllable by syllable."""
    random = np.random.default_rng(seed)
    return _stereo(np.sum([_voice(samples, random) for _ in range(12)], axis=0))


def voice(samples: int, seed: int) -> Samples:
    """One voice without any noise."""
    return _stereo(_voice(samples, np.random.default_rng(seed)))


def street(samples: int, seed: int) -> Samples:
    """Low rumble, from which cars come near and go away again."""
    random = np.random.default_rng(seed)
    rumble = _shaped(random.normal(0, 1, samples), lambda f: 1 / np.maximum(f, 60))
    tyres = _shaped(random.normal(0, 1, samples), lambda f: np.exp(-(((f - 900) / 900) ** 2)))
    time = np.arange(samples) / SAMPLE_RATE
    near = 0.25 + sum(
        np.exp(-(((time - centre) / 1.2) ** 2)) for centre in np.arange(random.uniform(0, 4), time[-1] + 4, 5.0)
    )
    return _stereo(rumble / rumble.std() + near * tyres / tyres.std())


NOISES: dict[str, Callable[[int, int], Samples]] = {
    "white": white,
    "pink and hum": pink_hum,
    "babble": babble,
    "street": street,
}


def _voice(samples: int, random: np.random.Generator) -> NDArray[np.float64]:
    """One voice that speaks in syllables of 0.15 to 0.35 s with pauses."""
    out = np.zeros(samples)
    pitch, position = random.uniform(90, 230), 0
    while position < samples:
        length = min(round(random.uniform(0.15, 0.35) * SAMPLE_RATE), samples - position)
        if random.random() < 0.8 and length > SAMPLE_RATE // 50:
            formants = random.uniform(300, 800), random.uniform(900, 2300), random.uniform(2400, 3200)
            tone = np.cumsum(np.full(length, pitch * random.uniform(0.85, 1.15) / SAMPLE_RATE))
            pulses = (np.diff(np.floor(tone), prepend=0) > 0).astype(float)
            pulses += random.normal(0, 0.02, length)
            syllable = _shaped(pulses, lambda f, at=formants: sum(1 / (1 + ((f - c) / 90) ** 2) for c in at))
            out[position : position + length] += syllable / (syllable.std() + 1e-9) * np.hanning(length)
        position += length
    return out


def _shaped(samples: NDArray[np.float64], amplitude: Callable[..., NDArray[np.float64]]) -> NDArray[np.float64]:
    """``samples`` with their spectrum multiplied by ``amplitude`` of the frequency in Hz."""
    spectrum = np.fft.rfft(samples) * amplitude(np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE))
    return np.fft.irfft(spectrum, len(samples))


def _stereo(samples: NDArray[np.float64]) -> Samples:
    return np.repeat((samples / np.abs(samples).max())[:, None], 2, axis=1).astype(np.float32)
