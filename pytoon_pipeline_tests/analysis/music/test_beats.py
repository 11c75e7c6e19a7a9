"""Beats of music."""

import numpy as np
import pytest
from numpy.typing import NDArray

from pytoon_pipeline.analysis.music.beats import find_beats

RATE = 16_000


def clicks(bpm: float, seconds: float = 12.0, noise: float = 0.0) -> tuple[NDArray[np.int16], list[float]]:
    """A click on every beat over noise, and the times of the clicks."""
    sound = np.random.default_rng(0).normal(0, noise, int(seconds * RATE))
    times = np.arange(0.31, seconds - 0.1, 60 / bpm)
    length = np.arange(int(0.03 * RATE)) / RATE
    click = 0.7 * np.sin(2 * np.pi * 1000 * length) * np.exp(-length / 0.006)
    for time in times:
        first = int(time * RATE)
        sound[first : first + len(click)] += click
    return (np.clip(sound, -1, 1) * 32767).astype(np.int16), times.tolist()


@pytest.mark.parametrize("bpm", [72, 93, 120, 128, 174])
@pytest.mark.parametrize("noise", [0.0, 0.05])
def test_clicks_are_found_to_a_third_of_a_frame(bpm: float, noise: float) -> None:
    sound, expected = clicks(bpm, noise=noise)
    found = np.array(find_beats(sound, RATE))
    assert all(np.abs(found - time).min() < 0.0125 for time in expected)
    assert len(found) <= len(expected) + 2


@pytest.mark.parametrize("kind", ["silence", "noise", "tone", "short"])
def test_audio_without_a_beat_has_none(kind: str) -> None:
    time = np.arange(12 * RATE) / RATE
    rng = np.random.default_rng(1)
    sounds = {
        "silence": np.zeros(12 * RATE), "noise": rng.normal(0, 0.2, 12 * RATE),
        "tone": np.sin(2 * np.pi * 330 * time) / 2, "short": rng.normal(0, 0.2, 100),
    }  # fmt: skip
    assert find_beats((np.clip(sounds[kind], -1, 1) * 32767).astype(np.int16), RATE) == ()
