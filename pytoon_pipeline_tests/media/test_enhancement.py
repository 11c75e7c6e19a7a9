"""Enhancement of speech: noise goes, speech stays, and nothing moves in time."""

import numpy as np
import pytest
from pystoi import stoi

from pytoon_pipeline.contracts.output_format import SAMPLE_RATE
from pytoon_pipeline.media.enhancement import (
    OVERLAP,
    GainEstimator,
    Profile,
    Samples,
    Strength,
    enhanced,
    power_of,
    resynthesised,
    transform,
)
from pytoon_pipeline_tests.harness.noises import NOISES, at_ratio, voice

SECONDS = 6


@pytest.fixture(scope="module")
def speech() -> Samples:
    return voice(SECONDS * SAMPLE_RATE, 3)


def ratio_db(speech: Samples, noise: Samples) -> float:
    return float(10 * np.log10(np.mean(speech**2) / np.mean(noise**2)))


def ratio_after(speech: Samples, noise: Samples, strength: Strength) -> float:
    """The gains for the mixture, applied to speech and noise on their own."""
    gains = GainEstimator(Profile.of(speech + noise), strength).of(power_of(transform(speech + noise)))
    kept, left = (resynthesised(transform(part), gains) for part in (speech, noise))
    return ratio_db(kept[OVERLAP:-OVERLAP], left[OVERLAP:-OVERLAP])


@pytest.mark.parametrize("kind", NOISES)
def test_noise_gets_quieter_against_speech(speech: Samples, kind: str) -> None:
    noise = at_ratio(NOISES[kind](len(speech), 1), speech, 10)
    voiced = ratio_after(speech, noise, "voice")
    assert voiced > 13
    assert ratio_after(speech, noise, "strong") > voiced


def test_clean_speech_stays_as_it_is(speech: Samples) -> None:
    for strength in ("voice", "strong"):
        after = enhanced(speech, strength)
        assert stoi(speech[:, 0], after[:, 0], SAMPLE_RATE) > 0.98


def test_what_comes_out_is_as_long_and_at_the_same_time(speech: Samples) -> None:
    odd = speech[: 3 * SAMPLE_RATE + 137]
    after = enhanced(odd, "voice")
    assert after.shape == odd.shape
    shift = np.correlate(after[48_000:58_000, 0], odd[47_900:58_100, 0], "valid").argmax()
    assert shift == 100


def test_rumble_goes_and_silence_stays_silent(speech: Samples) -> None:
    time = np.arange(len(speech)) / SAMPLE_RATE
    rumble = (0.2 * np.sin(2 * np.pi * 30 * time)[:, None] * np.ones((1, 2))).astype(np.float32)
    after = enhanced(speech + rumble, "voice")
    spectrum = np.abs(np.fft.rfft(after[:, 0]))
    before = np.abs(np.fft.rfft((speech + rumble)[:, 0]))
    low = 30 * SECONDS
    assert spectrum[low] < 0.05 * before[low]
    assert not enhanced(np.zeros_like(speech), "strong").any()


def test_harsh_sibilants_are_softened() -> None:
    random = np.random.default_rng(0)
    hiss = np.fft.irfft(np.fft.rfft(random.normal(0, 0.1, 2 * SAMPLE_RATE)) * _band(2 * SAMPLE_RATE, 6000, 9000))
    tone = 0.2 * np.sin(2 * np.pi * 300 * np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE)
    pause = random.normal(0, 1e-5, SAMPLE_RATE)
    sound = np.concatenate([tone, pause, hiss, pause])[:, None].astype(np.float32)
    after = enhanced(sound, "voice")
    at = slice(round(3.5 * SAMPLE_RATE), round(4.5 * SAMPLE_RATE))
    assert -8 < ratio_db(after[at], sound[at]) < -2
    vowel = slice(SAMPLE_RATE // 2, SAMPLE_RATE)
    assert abs(ratio_db(after[vowel], sound[vowel])) < 3


def test_loud_frames_are_turned_down_gently() -> None:
    time = np.arange(6 * SAMPLE_RATE) / SAMPLE_RATE
    level = np.where(time % 2 < 0.12, 0.5, np.where(time % 2 < 1.7, 0.05, 0.0))
    sound = (level * np.sin(2 * np.pi * 300 * time))[:, None].astype(np.float32)
    after = enhanced(sound, "voice")
    loud, usual = (slice(round(a * SAMPLE_RATE), round(b * SAMPLE_RATE)) for a, b in ((4.05, 4.11), (5.2, 5.6)))
    assert -7 < ratio_db(after[loud], sound[loud]) < -1
    assert abs(ratio_db(after[usual], sound[usual])) < 1.5


def _band(samples: int, low: float, high: float) -> np.ndarray:
    frequencies = np.fft.rfftfreq(samples, 1 / SAMPLE_RATE)
    return ((frequencies > low) & (frequencies < high)).astype(float)
