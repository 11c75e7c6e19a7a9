"""Reading clips for the mix: enhanced speech has its place in time, wherever a clip begins."""

import numpy as np
import pytest

from pytoon_pipeline.contracts.output_format import SAMPLE_RATE
from pytoon_pipeline.media.probing import probe
from pytoon_pipeline.rendering.audio_mix import AudioSource
from pytoon_pipeline.rendering.sample_readers import PREROLL, EnhancedReader, PlainReader, profile_of
from pytoon_pipeline_tests.harness import media
from pytoon_pipeline_tests.harness.noises import at_ratio, voice, white


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> AudioSource:
    speech = voice(5 * SAMPLE_RATE, 5)
    path = tmp_path_factory.mktemp("speech") / "speech.wav"
    media.write_wav(path, 0.5 * (speech + at_ratio(white(len(speech), 1), speech, 12))[:, 0])
    info = probe(path)
    assert info.audio is not None
    return AudioSource(path, info.audio, 0.0)


def enhanced_from(source: AudioSource, start: int, count: int) -> np.ndarray:
    profile = profile_of(source.reader(SAMPLE_RATE, 0))
    begin = max(0, start - PREROLL)
    return EnhancedReader(source.reader(SAMPLE_RATE, begin), profile, "voice", start - begin).take(count)


def test_a_clip_from_the_middle_sounds_like_that_part_of_the_whole(source: AudioSource) -> None:
    whole = enhanced_from(source, 0, 4 * SAMPLE_RATE)
    start = 2 * SAMPLE_RATE + 77
    part = enhanced_from(source, start, SAMPLE_RATE)
    assert part.shape == (SAMPLE_RATE, 2)
    expected = whole[start : start + SAMPLE_RATE]
    assert np.corrcoef(part[:, 0], expected[:, 0])[0, 1] > 0.99


def test_blocks_of_any_length_are_the_same_samples(source: AudioSource) -> None:
    profile = profile_of(source.reader(SAMPLE_RATE, 0))
    reader = EnhancedReader(source.reader(SAMPLE_RATE, 0), profile, "strong", 0)
    pieces = np.concatenate([reader.take(count) for count in (1, 4799, 60_000, 31_200)])
    whole = EnhancedReader(source.reader(SAMPLE_RATE, 0), profile, "strong", 0).take(96_000)
    assert np.array_equal(pieces, whole)


def test_noise_of_pauses_is_less(source: AudioSource) -> None:
    before = PlainReader(source.reader(SAMPLE_RATE, 0)).take(5 * SAMPLE_RATE)
    after = enhanced_from(source, 0, 5 * SAMPLE_RATE)
    quiet = [np.quantile(np.abs(one).reshape(-1, 2400).mean(axis=1), 0.05) for one in (before, after)]
    assert quiet[1] < 0.35 * quiet[0]
