"""Loudness measurement."""

from pathlib import Path

import numpy as np
import pytest

from pytoon_pipeline.media import loudness
from pytoon_pipeline_tests.harness import media

RATE = media.RATE


def test_loudness_of_a_known_tone(tmp_path: Path) -> None:
    """A 997 Hz sine that peaks at -20 dBFS in both channels is -20 LUFS (ITU-R BS.1770: -3.01 for one at 0 dBFS)."""
    tone = 0.1 * np.sin(2 * np.pi * 997 * np.arange(3 * RATE) / RATE)
    both = np.stack([tone, tone], axis=1).astype(np.float32)
    assert loudness.integrated_of_samples([both], RATE) == pytest.approx(-20.0, abs=0.1)
    media.write_wav(tmp_path / "tone.wav", tone)
    measured = loudness.of_file(tmp_path / "tone.wav")
    assert measured.integrated == pytest.approx(-23.0, abs=0.1), "one channel has half the power of two"
    assert measured.true_peak == pytest.approx(-20.0, abs=0.1)


def test_loudness_of_silence_has_a_floor(tmp_path: Path) -> None:
    assert loudness.integrated_of_samples([np.zeros((RATE, 2), np.float32)], RATE) == loudness.FLOOR_LUFS
    media.write_wav(tmp_path / "silence.wav", np.zeros(RATE))
    silent = loudness.of_file(tmp_path / "silence.wav")
    assert (silent.integrated, silent.true_peak) == (loudness.FLOOR_LUFS, loudness.FLOOR_DBTP)
