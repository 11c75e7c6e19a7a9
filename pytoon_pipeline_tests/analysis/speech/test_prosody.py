"""The voice of a talk: level and melody."""

import numpy as np
import pytest

from pytoon_pipeline.analysis.speech.prosody import RATE, voices


def tone(semitones: float, gain: float = 0.2, seconds: float = 3) -> np.ndarray:
    """A voice-like sound whose pitch swings by ``semitones`` around 150 Hz."""
    time = np.arange(int(seconds * RATE)) / RATE
    phase = 2 * np.pi * np.cumsum(150 * 2 ** (semitones * np.sin(4 * time) / 12)) / RATE
    return (32767 * gain * sum(np.sin(phase * n) / n for n in (1, 2, 3)) / 2).astype(np.int16)


def test_level_and_melody_are_measured_in_each_part() -> None:
    samples = np.concatenate([tone(0), tone(3), tone(3, gain=0.02), np.zeros(3 * RATE, np.int16)])
    flat, lively, quiet, silent = voices(samples, [(0, 3), (3, 6), (6, 9), (9, 12)])
    assert flat.pitch is not None
    assert lively.pitch is not None
    assert flat.pitch < 0.5
    assert lively.pitch == pytest.approx(3 / np.sqrt(2), abs=0.6)
    assert lively.level - quiet.level == pytest.approx(20, abs=1)
    assert silent.pitch is None
