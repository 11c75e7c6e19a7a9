"""Notes on where the words of captions come from, and on what was cut."""

import pytest

from pytoon_pipeline.contracts.analysis import Cut, Disfluency, Transcriber, Transcript
from pytoon_pipeline.contracts.model_use import ModelUse
from pytoon_pipeline.planning.captions.notes import edit_notes, transcript_notes
from pytoon_pipeline_tests.harness.transcripts import corrected, spoken

WORDS = spoken("So um this is good.")


def test_tags_of_subtitles_are_named() -> None:
    by = Transcriber(engine="subtitles", model="talk.srt", identity="file")
    tags = tuple(f"MAN {n}:" for n in range(7))
    notes = transcript_notes(Transcript(words=(), language="en", transcriber=by, tags=tags), "talk.mp4", captions=True)
    (note,) = [one for one in notes if one.code == "subtitle_tags"]
    assert "“MAN 4:” and 2 more" in note.message
    assert "MAN 5" not in note.message


@pytest.mark.parametrize(
    ("reasons", "said"),
    [
        (["edited by a person"], "1 part of “talk.mp4” (0.5 s) was cut out with the transcript."),
        (["filler", "filler"], "2 parts of “talk.mp4” (1.0 s) were cut out: 2 fillers."),
        (
            ["filler", "said again", "edited by a person"],
            "3 parts of “talk.mp4” (1.5 s) were cut out: 1 filler, 1 repetition, 1 with the transcript.",
        ),
    ],
)
def test_people_are_told_what_was_cut_and_why(reasons: list[str], said: str) -> None:
    cuts = [Cut(start=n, end=n + 0.5, text="um", reason=reason) for n, reason in enumerate(reasons)]
    (note,) = edit_notes(corrected(WORDS, cuts), "talk.mp4")
    assert note.code == "speech_cut"
    assert note.message.startswith(said)


def test_people_are_told_what_they_may_cut() -> None:
    one = Disfluency(start=0.7, end=0.9, text="um", kind="filler")
    (note,) = edit_notes(corrected(WORDS).model_copy(update={"disfluencies": (one,)}), "talk.mp4")
    assert (note.code, "could be cut out" in note.message) == ("cuts_proposed", True)


def test_people_are_told_what_a_language_model_did() -> None:
    use = ModelUse(task="correction", model="m", used=2, refused=("Change 2: it adds a sentence",), failure="no answer")
    source = corrected(WORDS).model_copy(update={"language_model": use})
    used, failed = edit_notes(source, "talk.mp4")
    assert (used.code, failed.code) == ("model_corrected", "model_not_used")
    assert "made 2 corrections in the words of “talk.mp4”" in used.message
    assert "was not used for parts of the words of “talk.mp4”: no answer." in failed.message
    partly = source.model_copy(update={"language_model": use.model_copy(update={"failure": None})})
    note = list(edit_notes(partly, "talk.mp4"))[1]
    assert note.code == "model_proposals_refused"
    assert "1 of 3 proposals" in note.message
    assert "Change 2: it adds a sentence." in note.message
