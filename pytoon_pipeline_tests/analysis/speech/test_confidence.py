"""What the confidence of words says about them."""

import pytest

from pytoon_pipeline.analysis.speech.confidence import spoken, sure


@pytest.mark.parametrize(
    ("count", "seconds", "confidence", "is_speech"),
    [(20, 10, 0.3, True), (3, 10, 0.9, False), (20, 10, 0.05, False), (1, 0.6, 0.8, True), (0, 4, 1.0, False)],
)
def test_speech_is_distinguished_from_music(count: int, seconds: float, confidence: float, is_speech: bool) -> None:
    assert spoken([confidence] * count, seconds) is is_speech


@pytest.mark.parametrize(("count", "confidence", "known"), [(6, 0.8, True), (6, 0.79, False), (5, 1.0, False)])
def test_many_words_of_high_confidence_need_no_second_pass(count: int, confidence: float, known: bool) -> None:
    assert sure([confidence] * count) is known
