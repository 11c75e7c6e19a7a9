"""Synthesised music: the same for a seed, going round without a click, with the tempo that was asked for."""

import wave
from pathlib import Path

import numpy as np
import pytest

from pytoon_pipeline.analysis.music.beats import find_beats
from pytoon_pipeline.contracts.music import MusicChoice
from pytoon_pipeline.contracts.output_format import SAMPLE_RATE
from pytoon_pipeline.media.music_beds import BARS, BEATS, LOOP_SECONDS, SCORES, TEMPOS, bed, bed_name, write_bed

QUICK = 150


@pytest.mark.parametrize("mood", TEMPOS)
def test_a_bed_is_eight_bars_and_its_beginning_again(mood: str) -> None:
    samples = bed(MusicChoice(mood=mood, tempo=QUICK))
    again = round(LOOP_SECONDS * SAMPLE_RATE)
    assert samples.shape == (round(BARS * BEATS * 60 / QUICK * SAMPLE_RATE) + again, 2)
    assert np.array_equal(samples[-again:], samples[:again])
    assert 0.5 < np.abs(samples).max() <= 0.71
    # Where the bars begin again, the curve goes on: no step larger than those around it.
    seam = np.abs(np.diff(samples[-again - 480 : -again + 480, 0]))
    assert seam[479] <= seam.max()
    assert np.abs(samples[-again] - samples[-again - 1]).max() < 0.2


def test_seeds_and_moods_make_other_beds() -> None:
    assert set(SCORES) == set(TEMPOS)
    one = bed(MusicChoice(mood="tense", tempo=QUICK, seed=1))
    assert np.array_equal(one, bed(MusicChoice(mood="tense", tempo=QUICK, seed=1)))
    assert not np.array_equal(one, bed(MusicChoice(mood="tense", tempo=QUICK, seed=2)))
    assert not np.array_equal(one, bed(MusicChoice(mood="warm", tempo=QUICK, seed=1)))


def test_the_beats_of_an_upbeat_bed_are_found_at_its_tempo(tmp_path: Path) -> None:
    choice = MusicChoice(mood="upbeat", tempo=124, seed=3)
    write_bed(choice, tmp_path / bed_name(choice))
    with wave.open(str(tmp_path / "upbeat-124-3.wav")) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (SAMPLE_RATE, 2, 2)
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2).mean(axis=1)
    thirds = samples[: len(samples) // 3 * 3].reshape(-1, 3).mean(axis=1)
    beats = find_beats(thirds.astype(np.int16), SAMPLE_RATE // 3)
    assert 60 / np.median(np.diff(beats)) == pytest.approx(124, rel=0.02)
