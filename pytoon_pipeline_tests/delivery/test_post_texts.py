"""The texts of a video: a person's own first, then the speech, then what the picture shows."""

from typing import Any

from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.delivery.post_texts import VideoTexts, video_texts
from pytoon_pipeline_tests.harness.plans import plan_inputs, still
from pytoon_pipeline_tests.harness.spoken import screen, talk, text


def texts(spec: RenderSpec, **request: Any) -> VideoTexts:
    resolved, _ = plan_inputs([still()], **request)
    return video_texts(resolved, spec)


def spoken(sentences: str, **changes: Any) -> RenderSpec:
    return talk([(word, 1, 8) for word in sentences.split()], **changes)


def test_the_texts_of_the_request_come_without_their_marks() -> None:
    wishes = {"hook": "The *best* coffee", "beats": ["Fresh"], "cta": "Order \\*now"}
    found = texts(screen(text("THE BEST COFFEE")), text=wishes, thumbnail_title="Five days")
    assert (found.title, found.beats, found.cta) == ("The best coffee", ("Fresh",), "Order *now")
    assert (found.thumbnail_title, found.written) == ("Five days", True)


def test_a_sentence_over_two_texts_is_one() -> None:
    found = texts(screen(), text={"hook": "73 %", "beats": ["of people decide at once", "Be quick"]})
    assert (found.title, found.beats) == ("73 % of people decide at once", ("Be quick",))


def test_speech_has_its_punctuation_and_neither_speakers_nor_profanity() -> None:
    found = texts(spoken("NAR: This is a mirror. What the h*** is that? It folds."))
    assert found.speech == ("This is a mirror.", "It folds.")
    assert found.punctuated
    assert not texts(spoken("this is a mirror it folds")).punctuated


def test_captions_that_are_left_out_are_not_quoted_but_switched_off_ones_are() -> None:
    doubtful = spoken("Hardly heard.", hidden=True)
    assert texts(doubtful).speech == ()
    assert texts(doubtful, adjust={"captions": {"show": False}}).speech == ("Hardly heard.",)


def test_without_any_other_text_the_picture_is_read() -> None:
    shown = screen(text("Pure leaf.\nNothing else.", 300), text("Only 4.90", 900))
    found = texts(shown)
    assert (found.title, found.beats, found.written) == ("Pure leaf. Nothing else.", ("Only 4.90",), False)
    assert texts(spoken("I speak.").model_copy(update={"overlays": (text("Acme"),)})).title == ""
