"""Synthesised sounds: the same for a seed, loudest where they should be, without clicks at their edges."""

import numpy as np
import pytest

from pytoon_pipeline.contracts.output_format import SAMPLE_RATE
from pytoon_pipeline.media.sound_effects import PEAK, SECONDS, SYNTHESISERS, synthesised


@pytest.mark.parametrize("kind", SECONDS)
def test_a_sound_is_the_same_for_a_seed_and_begins_and_ends_in_silence(kind: str) -> None:
    sound = synthesised(kind, 4)  # type: ignore[arg-type]
    assert np.array_equal(sound, synthesised(kind, 4))  # type: ignore[arg-type]
    assert sound.shape == (round(SECONDS[kind] * SAMPLE_RATE), 2)
    assert np.abs(sound).max() == pytest.approx(1)
    assert np.abs(sound[[0, -1]]).max() < 0.01


@pytest.mark.parametrize("kind", SECONDS)
def test_a_sound_is_loudest_at_its_peak(kind: str) -> None:
    sound = synthesised(kind, 0)[:, 0]  # type: ignore[arg-type]
    power = np.convolve(sound**2, np.ones(480) / 480, "same")
    assert abs(power.argmax() / len(sound) - PEAK[kind]) < 0.25


@pytest.mark.parametrize("kind", ["whoosh", "pop", "click", "hit", "riser", "ding"])
def test_seeds_vary_a_sound(kind: str) -> None:
    assert set(SYNTHESISERS) == set(SECONDS) == set(PEAK)
    assert not np.array_equal(synthesised(kind, 1), synthesised(kind, 2))  # type: ignore[arg-type]
