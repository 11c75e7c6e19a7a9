"""Loudness measurement."""

import numpy as np
import pytest

from pytoon_pipeline.media import loudness
from pytoon_pipeline_tests.harness import media

RATE = media.RATE


def test_loudness_of_a_known_tone() -> None:
    """A 997 Hz sine that peaks at -20 dBFS in both channels is -20 LUFS (ITU-R BS.1770: -3.01 for one at 0 dBFS)."""
    tone = 0.1 * np.sin(2 * np.pi * 997 * np.arange(3 * RATE) / RATE)
    measured = loudness.of_samples(np.stack([tone, tone], axis=1).astype(np.float32), RATE)
    assert measured.integrated == pytest.approx(-20.0, abs=0.1)
    assert measured.true_peak == pytest.approx(-20.0, abs=0.1)


def test_loudness_of_silence_has_a_floor() -> None:
    silent = loudness.of_samples(np.zeros((RATE, 2), np.float32), RATE)
    assert (silent.integrated, silent.true_peak) == (loudness.FLOOR_LUFS, loudness.FLOOR_DBTP)
