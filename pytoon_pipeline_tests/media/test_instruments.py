"""Instruments: their pitch, and that no note clicks where it begins."""

import numpy as np
import pytest

from pytoon_pipeline.contracts.output_format import SAMPLE_RATE
from pytoon_pipeline.media.instruments import bass, bell, frequency, hat, kick, pad, pluck


def test_notes_have_the_pitch_of_equal_temperament() -> None:
    assert frequency(69) == 440
    assert frequency(60) == pytest.approx(261.63, abs=0.01)


@pytest.mark.parametrize("play", [pad, pluck, bell, bass])
def test_a_note_is_loudest_at_its_pitch(play) -> None:  # type: ignore[no-untyped-def]
    spectrum = np.abs(np.fft.rfft(play(69, 1.0)))
    assert spectrum.argmax() * SAMPLE_RATE / SAMPLE_RATE == pytest.approx(440, abs=4)


@pytest.mark.parametrize("play", [pad, pluck, bell, bass, kick])
def test_a_note_begins_softly(play) -> None:  # type: ignore[no-untyped-def]
    assert abs(play(60, 0.5)[0]) < 0.02


def test_the_noise_of_a_hat_is_that_of_its_note() -> None:
    assert np.array_equal(hat(1, 0.2), hat(1, 0.2))
    assert not np.array_equal(hat(1, 0.2), hat(2, 0.2))
