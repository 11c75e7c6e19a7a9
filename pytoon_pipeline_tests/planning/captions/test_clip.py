"""Captions of a clip: masked words, and notes on the source of words and on missing ones."""

from dataclasses import replace
from pathlib import Path

import pytest

from pytoon_pipeline.config.presets import load_profanity, preset_names
from pytoon_pipeline.contracts.analysis import CorrectedTranscript, Transcriber, Word
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.spec.render_spec import Cue, CueWord, RenderSpec
from pytoon_pipeline.delivery import subtitles
from pytoon_pipeline.planning.captions.clip import lost_words
from pytoon_pipeline.planning.captions.notes import fast_notes
from pytoon_pipeline.planning.captions.profanity import mask_profanity
from pytoon_pipeline_tests.harness.plans import RATE, footage, planned

SPHINX = Transcriber(engine="pocketsphinx", model="en-us", identity="x")
TRACK = Transcriber(engine="subtitles", model="mov_text track 2", identity="track")
FILE = Transcriber(engine="subtitles", model="talk.srt", identity="file")


def said(text: str) -> tuple[Word, ...]:
    return tuple(Word(text=one, start=n * 0.4, end=n * 0.4 + 0.3, confidence=0.9) for n, one in enumerate(text.split()))


def plan(text: str, by: Transcriber = SPHINX, rejected: int = 0, lost: int = 0, **wishes: object) -> RenderSpec:
    words = said(text)
    heard = CorrectedTranscript(words=words, language="en", transcriber=by, rejected_words=rejected)
    material = footage(5, ((0, 5),), words=words)
    assert material.silence is not None
    silence = material.silence.model_copy(update={"dropped_words": said(" ".join(["gone"] * lost))})
    return planned([replace(material, transcript=heard, silence=silence)], **wishes)


def captions(spec: RenderSpec) -> str:
    return " ".join(cue.text for cue in spec.captions.cues)


def codes(spec: RenderSpec) -> set[str]:
    return {note.code for note in spec.notes}


def test_profanity_is_masked_in_captions_and_files(tmp_path: Path) -> None:
    spec = plan("What the Fuck, bullshitters and shit's here")
    assert captions(spec) == "What the F***, b*********** and s***'s here"
    assert "profanity_masked" in codes(spec)
    for path in subtitles.write(spec, tmp_path).values():
        assert "fuck" not in path.read_text().lower()
        assert "F***" in path.read_text()


def test_captions_that_are_switched_off_are_hidden_and_masked(tmp_path: Path) -> None:
    text = "All this shit is said"
    spec, shown = plan(text, adjust={"captions": {"show": False}}), plan(text)
    unplaced = tuple(cue.model_copy(update={"places": ()}) for cue in shown.captions.cues)
    assert (spec.captions.cues, spec.captions.hidden) == ((), unplaced)
    assert subtitles.write(spec, tmp_path)["srt"].read_text().endswith("All this s*** is said\n")


def test_a_speaker_who_is_too_fast_to_read_is_noted() -> None:
    cues = [Cue(start=9 * n, end=9 * n + 9, words=(CueWord(text="pneumonia", start=0, end=9),)) for n in range(4)]
    (note,) = fast_notes(cues, RATE, "talk.mp4")
    assert note.message.startswith("4 of 4 captions of “talk.mp4” show more than 20 characters per second")
    slow = [cue.model_copy(update={"end": cue.start + 30}) for cue in cues]
    assert list(fast_notes(slow, RATE, "talk.mp4")) == []


def test_lost_words_of_the_subtitles_are_counted_in_the_part_that_is_shown() -> None:
    said_nowhere = said("one two three four five six")
    material = footage(2, ((0, 2),))
    assert material.silence is not None
    lost = replace(material, silence=material.silence.model_copy(update={"dropped_words": said_nowhere}))
    assert lost_words(lost, (0.4, 1.2)) == 2
    assert lost_words(lost, (0.8, 2.0)) == 4, "also those after the end"
    assert lost_words(lost, (0.0, 2.0)) == 6


def test_notes_say_what_happened_and_what_to_do() -> None:
    (lost,) = [note.message for note in plan("One two", by=TRACK, lost=1).notes if note.code == "subtitles_lost"]
    assert lost.startswith(
        "1 word of the subtitles of “item-0” falls in silence or after the end, so it has no caption."
    )
    (doubt,) = [note.message for note in plan("", rejected=2).notes if note.code == "captions_unreliable"]
    assert "2 doubtful words" in doubt
    assert doubt.endswith("pytoon models fetch base")
    quiet = planned([footage(20, ((2, 5), (9, 12)), words=said("Hello there"))])
    (cut,) = [note.message for note in quiet.notes if note.code == "silence_removed"]
    assert cut == "14.0 s of silence were cut out of “item-0”. To keep it, add: --set silence.remove=false"


def test_profanity_that_was_written_or_kept_on_request_is_not_masked() -> None:
    assert captions(plan("holy shit", profanity="keep")) == "holy shit"
    assert captions(plan("holy shit", by=TRACK)) == "holy shit"


def test_words_that_only_contain_profanity_are_not_masked() -> None:
    text = "Scunthorpe class cocktail shitake dickens assume therapist Hitchcock prickly"
    cue = Cue(start=0, end=9, words=tuple(CueWord(text=word, start=0, end=9) for word in text.split()))
    shown, count = mask_profanity((cue,), load_profanity())
    assert (shown[0].text, count) == (text, 0)
    assert "profanity" not in preset_names()


def test_words_that_were_not_recognised_are_noted() -> None:
    none = plan("", rejected=31)
    (note,) = [note for note in none.notes if note.code == "captions_unreliable"]
    assert "31" in note.message
    assert "Whisper" in note.message
    assert ".srt" in note.message
    assert "no_words" not in codes(none)
    assert "captions_partial" in codes(plan("we are here", rejected=4))
    assert not {"captions_unreliable", "captions_partial"} & codes(plan("we are here"))
    assert not {"captions_unreliable"} & codes(plan("", rejected=31, adjust={"captions": {"show": False}}))


def test_subtitles_and_their_losses_are_noted() -> None:
    spec = plan("we are here", by=TRACK, lost=2)
    assert any("mov_text track 2" in note.message for note in spec.notes if note.code == "subtitles_used")
    assert "subtitles_lost" in codes(spec)


def test_given_subtitles_are_never_left_out() -> None:
    assert captions(plan("\ue123 \ue124", by=TRACK)) == ""
    with pytest.raises(InvalidInput, match="missing_glyphs"):
        plan("\ue123 \ue124", by=FILE)
