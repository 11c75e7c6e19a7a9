"""Voice activity: speech is found, also over noise; music, noise and silence are none."""

import numpy as np
import pytest

from pytoon_pipeline.analysis.speech import voice_activity
from pytoon_pipeline.contracts.errors import DependencyMissing
from pytoon_pipeline.contracts.time import covered, union
from pytoon_pipeline.media import audio
from pytoon_pipeline.media.probing import probe
from pytoon_pipeline_tests.harness.media import SAMPLE

RATE = voice_activity.RATE
# Where the sample's words are, by ear.
SPOKEN = [(0.4, 2.1), (3.3, 4.3), (5.5, 7.5), (8.3, 10.6)]


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> np.ndarray:
    info = probe(SAMPLE)
    assert info.audio is not None
    path = tmp_path_factory.mktemp("speech") / "a.wav"
    audio.extract(SAMPLE, info.audio, 0.0, 100, path)
    return audio.load(path)


def noise(seconds: float, level: float = 3000.0) -> np.ndarray:
    return np.random.default_rng(5).normal(0, level, round(seconds * RATE))


def tune(seconds: float) -> np.ndarray:
    times = np.arange(round(seconds * RATE)) / RATE
    pitch = 220 * 2 ** (np.array([0, 4, 7, 12, 7, 5, 9, 2, 4])[times.astype(int) % 9] / 12)
    wave = sum(np.sin(2 * np.pi * np.cumsum(pitch * n) / RATE) / n for n in (1, 2, 3, 4))
    return 4000 * wave * np.exp(-3 * (times % 0.5))


@pytest.mark.parametrize("ratio_db", [None, 10, 0])
def test_every_word_is_in_a_range_also_over_noise(talk: np.ndarray, ratio_db: float | None) -> None:
    mixed = talk.astype(float)
    if ratio_db is not None:
        loud = np.abs(mixed) > 300
        mixed += noise(len(talk) / RATE, np.sqrt(np.mean(mixed[loud] ** 2)) * 10 ** (-ratio_db / 20))[: len(talk)]
    found = voice_activity.speech_ranges(np.clip(mixed, -32768, 32767).astype(np.int16))
    near = union((one.start - 0.2, one.end + 0.2) for one in found)
    for start, end in SPOKEN:
        assert covered((start, end), near) == pytest.approx(end - start), (start, end)


@pytest.mark.parametrize("sound", [noise(6), np.zeros(RATE * 6), noise(6) * np.sin(np.arange(RATE * 6) / 1500)])
def test_noise_and_silence_are_no_speech(sound: np.ndarray) -> None:
    assert voice_activity.speech_ranges(sound.astype(np.int16)) == ()


def test_little_of_a_tune_is_taken_for_speech() -> None:
    assert sum(one.seconds for one in voice_activity.speech_ranges(tune(9).astype(np.int16))) < 2


def test_speech_among_silence_is_found_where_it_is(talk: np.ndarray) -> None:
    samples = np.concatenate([np.zeros(RATE * 5, np.int16), talk[: RATE * 2], np.zeros(RATE * 5, np.int16)])
    found = voice_activity.speech_ranges(samples)
    assert 4.8 < found[0].start < 5.6
    assert 6.5 < found[-1].end < 7.5


def test_probabilities_need_only_the_audio_before(talk: np.ndarray) -> None:
    whole, part = (voice_activity.speech_probabilities(one) for one in (talk, talk[: 512 * 100]))
    assert np.allclose(whole[:100], part)
    assert len(voice_activity.speech_probabilities(talk[:513])) == 2
    assert voice_activity.speech_ranges(talk[:0]) == ()


def test_probabilities_do_not_depend_on_the_blocks(talk: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    part = talk[: 512 * 60 + 100]
    whole = voice_activity.speech_probabilities(part)
    monkeypatch.setattr(voice_activity, "BATCH", 7)
    assert np.allclose(voice_activity.speech_probabilities(part), whole)


def test_a_missing_package_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voice_activity, "PACKAGE", "no-such-package")
    with pytest.raises(DependencyMissing, match="package_missing"):
        voice_activity.identity()
