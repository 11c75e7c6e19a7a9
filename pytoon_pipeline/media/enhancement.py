"""Cleaning up recorded speech: less noise and rumble, softer sibilants, a more even level.

All of it is one gain for each frequency and frame of a short-time Fourier transform, so that memory does not grow with
the length. Steady noise is known from the pauses; what changes is followed between them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.output_format import SAMPLE_RATE
from pytoon_pipeline.contracts.spec.render_spec import Strength

Samples = NDArray[np.float32]
Spectra = NDArray[np.complex64]
Values = NDArray[np.float64]

# Frames of 43 ms at 48 kHz resolve the harmonics of a voice; four of them overlap.
FRAME, HOP = 2048, 512
OVERLAP = FRAME - HOP
# The root of a Hann window, twice: four of its squares that overlap add up to two.
WINDOW = np.sqrt(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FRAME) / FRAME)).astype(np.float32)
FREQUENCIES = np.fft.rfftfreq(FRAME, 1 / SAMPLE_RATE)
# The quietest frames count as pauses: even fluent speech pauses for this share of the time.
PAUSES = 0.1
# The power of a mean frame of noise over that of the quietest.
PAUSE_BIAS = 1.4
# The loudest frames are speech.
SPOKEN = 0.7
# Noise is never louder than this below speech: where there is no pause, speech is not taken for noise.
MIN_SNR = 10 ** (6 / 10)
# How far noise may rise above that of the pauses, and fall below it, as factors.
NOISE_RISE, NOISE_FALL = 8.0, 1.0
# Decision-directed estimate of the ratio of speech to noise (Ephraim and Malah, 1984).
DECISION = 0.94
# A frame is speech by a probability for a ratio of 15 dB (Gerkmann and Hendriks, “Unbiased MMSE-based noise power
# estimation with low complexity and low tracking delay”, 2012).
PRESENT_SNR, PRESENCE_SMOOTHING, NOISE_SMOOTHING = 10 ** (15 / 10), 0.9, 0.8
HIGH_PASS_HZ, HIGH_PASS_ORDER = 80.0, 4
# Sibilants are softened by at most so much, where their band has more than this share of the power of a frame.
SIBILANT_HZ, SIBILANT_SHARE, SIBILANT_DB = (5000.0, 10_000.0), 0.5, 6.0
# Frames that are louder than speech by so much are turned down by a ratio of 2, and by at most 6 dB.
COMPRESSION_FROM_DB, COMPRESSION_RATIO, COMPRESSION_DB = 3.0, 2.0, 6.0
ATTACK_SECONDS, RELEASE_SECONDS = 0.02, 0.2


# Noise so far below speech is hardly heard: it is not reduced any further. In decibels.
INAUDIBLE_DB = 38.0
# Ratios of speech to noise in dB from which on, and up to which, noise counts more than once.
NOISY_DB, CLEAN_DB = 12.0, 30.0


@dataclass(frozen=True)
class Suppression:
    """``reduction_db`` is how far noise is reduced at most; in noisy recordings it counts ``oversubtraction`` times."""

    reduction_db: float
    oversubtraction: float


SUPPRESSION: dict[Strength, Suppression] = {"voice": Suppression(14, 1.2), "strong": Suppression(24, 1.8)}


def transform(samples: Samples) -> Spectra:
    """Spectra of the whole frames in ``samples`` of shape (n, channels): (frames, bins, channels)."""
    count = (len(samples) - OVERLAP) // HOP
    if count < 1:
        return np.zeros((0, len(FREQUENCIES), samples.shape[1]), np.complex64)
    frames = np.lib.stride_tricks.sliding_window_view(samples, FRAME, axis=0)[: count * HOP : HOP]
    spectra: Spectra = np.fft.rfft(frames * WINDOW, axis=2).transpose(0, 2, 1).astype(np.complex64)
    return spectra


def power_of(spectra: Spectra) -> Values:
    """The mean power over the channels, shape (frames, bins)."""
    return np.mean(spectra.real**2 + spectra.imag**2, axis=2, dtype=np.float64)


@dataclass(frozen=True)
class Profile:
    """A recording: the power of its noise by frequency, shape (bins,), and that of a frame of speech."""

    noise: Values
    speech: float

    @property
    def ratio_db(self) -> float:
        """The ratio of speech to noise."""
        return float(10 * np.log10(max(self.speech, 1e-12) / max(float(self.noise.sum()), 1e-12)))

    @classmethod
    def of(cls, samples: Samples) -> "Profile":
        """Measured on ``samples``, shape (n, channels). What is silent before and after everything else is left out."""
        (sounding,) = np.nonzero(samples.any(axis=1))
        power = power_of(transform(samples[sounding[0] : sounding[-1] + 1] if len(sounding) else samples[:0]))
        if not len(power):
            return cls(np.zeros(len(FREQUENCIES)), 0.0)
        heard = power[:, FREQUENCIES >= HIGH_PASS_HZ].sum(axis=1)
        order = np.argsort(heard)
        quiet = power[order[: max(1, round(PAUSES * len(order)))]]
        speech = float(np.mean(heard[order[int(SPOKEN * len(order)) :]]))
        noise = quiet.mean(axis=0) * PAUSE_BIAS
        loudest = speech / MIN_SNR
        return cls(noise * min(1.0, loudest / max(float(noise.sum()), 1e-30)), speech)


class GainEstimator:
    """The gains of the frames of one recording, in order. Keeps what it knows from frame to frame."""

    def __init__(self, profile: Profile, strength: Strength) -> None:
        most, ratio_db = SUPPRESSION[strength], profile.ratio_db
        self._speech = profile.speech
        self._floor = 10 ** (-min(most.reduction_db, max(0.0, INAUDIBLE_DB - ratio_db)) / 20)
        noisy = min(max((CLEAN_DB - ratio_db) / (CLEAN_DB - NOISY_DB), 0.0), 1.0)
        self._counts = 1 + (most.oversubtraction - 1) * noisy
        self._lowest, self._highest = profile.noise * NOISE_FALL + 1e-12, profile.noise * NOISE_RISE + 1e-12
        self._noise = profile.noise + 1e-12
        self._presence = np.full(len(profile.noise), 0.5)
        self._clean = np.zeros(len(profile.noise))
        self._reduction = 0.0

    def of(self, power: Values) -> NDArray[np.float32]:
        """The gains of frames with ``power``, shape (frames, bins)."""
        gains = np.empty(power.shape, np.float32)
        for n, frame in enumerate(power):
            gains[n] = self._suppressed(frame) * self._softened(frame)
        return gains * _high_pass()

    def _suppressed(self, power: Values) -> Values:
        """Wiener gains: the share of speech in each bin."""
        noise = self._follow(power)
        ratio = power / noise
        apriori = DECISION * self._clean / noise + (1 - DECISION) * np.maximum(ratio - 1, 0)
        gain = np.maximum(apriori / (self._counts + apriori), self._floor)
        self._clean = gain**2 * power
        return gain

    def _follow(self, power: Values) -> Values:
        """The noise of a frame: where it is probably no speech, it counts."""
        odds = (1 + PRESENT_SNR) * np.exp(-np.minimum(power / self._noise * PRESENT_SNR / (1 + PRESENT_SNR), 50))
        presence = 1 / (1 + odds)
        self._presence = PRESENCE_SMOOTHING * self._presence + (1 - PRESENCE_SMOOTHING) * presence
        # Speech that goes on for ever is noise.
        presence = np.where(self._presence > 0.99, np.minimum(presence, 0.99), presence)
        seen = presence * self._noise + (1 - presence) * power
        self._noise = np.clip(NOISE_SMOOTHING * self._noise + (1 - NOISE_SMOOTHING) * seen, self._lowest, self._highest)
        return self._noise

    def _softened(self, power: Values) -> Values:
        """Gains of de-esser and compressor."""
        total = float(power.sum()) + 1e-30
        share = float(power[_sibilant()].sum()) / total
        over = 10 * np.log10(total / self._speech) - COMPRESSION_FROM_DB if self._speech > 0 else 0.0
        wanted = min(max(over, 0.0) * (1 - 1 / COMPRESSION_RATIO), COMPRESSION_DB)
        seconds = ATTACK_SECONDS if wanted > self._reduction else RELEASE_SECONDS
        self._reduction += (wanted - self._reduction) * (1 - np.exp(-HOP / SAMPLE_RATE / seconds))
        gains = np.full(len(power), 10 ** (-self._reduction / 20))
        if over > -20 and share > SIBILANT_SHARE:
            excess = min((share - SIBILANT_SHARE) / (1 - SIBILANT_SHARE), 1.0)
            gains[_sibilant()] *= 10 ** (-SIBILANT_DB * excess / 20)
        return gains


def _high_pass() -> Values:
    """The amplitude of a Butterworth high-pass at each frequency."""
    gains: Values = 1 / np.sqrt(1 + (HIGH_PASS_HZ / np.maximum(FREQUENCIES, 1e-3)) ** (2 * HIGH_PASS_ORDER))
    return gains


def _sibilant() -> slice:
    low, high = np.searchsorted(FREQUENCIES, SIBILANT_HZ)
    return slice(int(low), int(high))


def resynthesised(spectra: Spectra, gains: NDArray[np.float32]) -> Samples:
    """The overlapping frames of ``spectra`` times ``gains``, added up: shape (frames × HOP + OVERLAP, channels)."""
    frames = np.fft.irfft(spectra * gains[:, :, None], FRAME, axis=1).astype(np.float32)
    frames *= WINDOW[None, :, None] / 2
    out = np.zeros((len(frames) * HOP + OVERLAP, spectra.shape[2]), np.float32)
    # Every fourth frame follows the one before it without a gap.
    for first in range(FRAME // HOP):
        some = frames[first :: FRAME // HOP]
        out[first * HOP : first * HOP + len(some) * FRAME] += some.reshape(-1, spectra.shape[2])
    return out


class Enhancer:
    """Enhances a stream of samples; what comes out is ``OVERLAP`` samples late."""

    def __init__(self, profile: Profile, strength: Strength) -> None:
        self._gains = GainEstimator(profile, strength)
        self._waiting: Samples | None = None
        self._tail: Samples | None = None

    def process(self, samples: Samples) -> Samples:
        """What is ready after ``samples``, shape (n, channels)."""
        channels = samples.shape[1]
        before = np.zeros((OVERLAP, channels), np.float32)
        waiting = np.concatenate([before if self._waiting is None else self._waiting, samples])
        tail = before if self._tail is None else self._tail
        spectra = transform(waiting)
        out = resynthesised(spectra, self._gains.of(power_of(spectra)))
        out[:OVERLAP] += tail
        done = len(spectra) * HOP
        self._waiting, self._tail = waiting[done:], out[done:]
        return out[:done]


def enhanced(samples: Samples, strength: Strength, profile: Profile | None = None) -> Samples:
    """All of ``samples``, shape (n, channels), enhanced, as long as before."""
    enhancer = Enhancer(profile or Profile.of(samples), strength)
    padded = np.concatenate([samples, np.zeros((FRAME + OVERLAP, samples.shape[1]), np.float32)])
    return np.concatenate(list(_in_seconds(enhancer, padded)))[OVERLAP : OVERLAP + len(samples)]


def _in_seconds(enhancer: Enhancer, samples: Samples) -> Iterator[Samples]:
    for start in range(0, len(samples), SAMPLE_RATE):
        yield enhancer.process(samples[start : start + SAMPLE_RATE])
