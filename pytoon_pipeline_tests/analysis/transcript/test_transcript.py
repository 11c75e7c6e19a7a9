"""The transcript as a document: what people write becomes edits, and edits survive another transcriber."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytoon_pipeline.analysis.transcript.applying import Applied, apply_edits
from pytoon_pipeline.analysis.transcript.document import MAX_BYTES, write_document
from pytoon_pipeline.analysis.transcript.files import Source, edits_of_file
from pytoon_pipeline.analysis.transcript.sentences import split_sentences
from pytoon_pipeline.contracts.analysis import CorrectedTranscript, Word
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.transcript_edits import TranscriptEdit
from pytoon_pipeline_tests.harness.transcripts import ITEM, corrected, heard_otherwise, random_speech, rewritten, spoken

WORDS = spoken(
    "So this is first. And um you know the second thing. Ice cream is good. Ice cream is good. Their the last one."
)
SECONDS = WORDS[-1].end + 1
Change = Callable[[str], str]


def document(transcript: CorrectedTranscript) -> str:
    return write_document("talk.mp4", ITEM, SECONDS, transcript)


def edits(data: str | bytes, name: str = "talk.txt", words: tuple[Word, ...] = WORDS) -> tuple[TranscriptEdit, ...]:
    content = data.encode() if isinstance(data, str) else data
    return edits_of_file(content, name, {ITEM: Source(words, words[-1].end + 1)})[ITEM]


def applied(change: Change) -> Applied:
    return apply_edits(WORDS, edits(change(document(corrected(WORDS)))))


def text(found: Applied) -> str:
    return " ".join(f"~{word.text}" if word.hidden else word.text for word in found.words)


def without_line(number: int) -> Change:
    def change(document: str) -> str:
        lines = document.splitlines()
        spoken = [line for line in lines if line.startswith("[")]
        lines.remove(spoken[number]) if spoken.count(spoken[number]) == 1 else None
        return "\n".join(lines)

    return change


ORIGINAL = " ".join(word.text for word in WORDS)
THEE = ORIGINAL.replace("um you know the", "thee")


@pytest.mark.parametrize(
    ("change", "said", "cut"),
    [
        (lambda text: text, ORIGINAL, []),
        (lambda text: text.replace("Their", "They're"), ORIGINAL.replace("Their", "They're"), []),
        (lambda text: text.replace("um you know", "[[um]]"), ORIGINAL.replace("um you know", "~um"), ["you know"]),
        (lambda text: text.replace("um you know", "[[oh]] a b"), ORIGINAL.replace("um you know", "~oh a b"), []),
        (without_line(2), ORIGINAL.replace("Ice cream is good. ", "", 1), ["Ice cream is good."]),
        (without_line(4), ORIGINAL.replace(" Their the last one.", ""), ["Their the last one."]),
        (lambda text: text.replace("first.", "first. Really."), ORIGINAL.replace("first.", "first. Really."), []),
        (lambda text: text.replace("So this", "Well so this"), ORIGINAL.replace("So this", "Well so this"), []),
        (lambda text: text.replace("Ice cream", "Icecream", 1), ORIGINAL.replace("Ice cream", "Icecream", 1), []),
        # A word is corrected beside words that are deleted.
        (lambda text: text.replace("um you know the", "thee"), THEE, ["um you know"]),
        (lambda text: text.replace("And um you", "Ands"), ORIGINAL.replace("And um you", "Ands"), ["um you"]),
        # A word moved to the next line, lines joined with and without the time between them.
        (lambda text: text.replace(" thing.\n", "\n").replace("] Ice", "] thing. Ice", 1), ORIGINAL, []),
        (lambda text: text.replace("thing.\n[0:05.03]", "thing.", 1), ORIGINAL, []),
        (lambda text: text.replace("thing.\n", "thing. ", 1), ORIGINAL, []),
    ],
)  # fmt: skip
def test_what_people_write_is_what_the_video_says(change: Change, said: str, cut: list[str]) -> None:
    found = applied(change)
    assert text(found) == said
    assert [one.text for one in found.cuts] == cut
    assert found.unfitting == []


def test_the_second_of_two_equal_sentences_is_cut_where_it_is_spoken() -> None:
    (cut,) = applied(without_line(3)).cuts
    assert cut.start == WORDS[15].start


def test_corrected_words_keep_their_times() -> None:
    found = applied(lambda text: text.replace("Their", "They're").replace("um you", "[[well you]]"))
    assert [(word.start, word.end) for word in found.words] == [(word.start, word.end) for word in WORDS]


def test_words_added_in_a_long_pause_are_as_long_as_words() -> None:
    words = (
        *WORDS[:4],
        *(word.model_copy(update={"start": word.start + 9, "end": word.end + 9}) for word in WORDS[4:]),
    )
    written = document(corrected(words)).replace("first.", "first. Really so.")
    source = {ITEM: Source(words, words[-1].end + 1)}
    found = apply_edits(words, edits_of_file(written.encode(), "talk.txt", source)[ITEM])
    added = [word for word in found.words if word.text in ("Really", "so.")]
    assert [word.end - word.start <= 1.4 for word in added] == [True, True]


@pytest.mark.parametrize(
    "source", ["{\\b1}x{\\i0}", "%{pts}:text", "**bold**", "<b>", "]]", "a[[b", "\\N", "#1", "[x", "\\[["]
)
def test_syntax_of_other_programs_is_text(source: str) -> None:
    words = (*WORDS[:2], WORDS[2].model_copy(update={"text": source}), *WORDS[3:])
    written = write_document("talk.mp4", ITEM, SECONDS, corrected(words))
    assert edits(written, words=words) == ()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text.replace("[0:00.50]", "[9:00.50]"), "line 8: its time 0:02.26 is not after 9:00.50"),
        (lambda text: text.replace("Their", "[[Their"), "line 11: [[ has no ]]"),
        (lambda text: text.replace("Their", "[[a [[b]]"), "line 11: [[ stands inside of [["),
        (lambda text: text.replace("[0:08.65]", "[0:99.00]"), "line 11: “0:99.00” is not a time"),
        (lambda text: text + "[7:00.00] Too late.", "line 12: its time 7:00.00 is after the end"),
        (lambda text: text.replace("abab", "cdcd"), "belongs to another video"),
        (lambda text: text + text, "two transcripts of the same source"),
        (lambda text: "Hello.", "line 1: it has no time"),
        (lambda text: "# nothing", "has no line with a time"),
        (lambda text: text.replace("Their", "x" * 101), "line 11: the word"),
        (lambda text: text.replace("Their", "a\x00b"), "line 11: a word has a control character"),
        (lambda text: "x" * (MAX_BYTES + 1), "is larger than 2 MB"),
        (lambda text: "\n" * 50_001, "has 50001 lines"),
    ],
)
def test_text_that_cannot_be_applied_is_refused_with_its_line(change: Change, message: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        applied(change)
    assert refused.value.code == "transcript_invalid"
    assert message in refused.value.message
    assert refused.value.hint


def test_a_document_without_its_source_changes_only_what_it_covers() -> None:
    found = edits("[0:02.26] And the second thing.")
    assert [(one.kind, one.old) for one in found] == [("cut", ("um", "you", "know"))]


def test_subtitles_hide_what_they_leave_out_and_cut_nothing() -> None:
    srt = (
        "1\n00:00:00,400 --> 00:00:02,000\nSo that is first.\n\n2\n00:00:02,200 --> 00:00:04,600\nAnd the second thing."
    )
    found = apply_edits(WORDS[:11], edits(srt, "talk.srt"))
    assert text(found) == "So that is first. And ~um ~you ~know the second thing."
    assert found.cuts == []
    segments = {"segments": [{"start": 0.4, "end": 2.0, "text": "So that is first."}]}
    assert [one.new for one in edits(json.dumps(segments), "talk.json")] == [("that",)]


EDIT = {"kind": "replace", "start": 1.0, "end": 1.3, "old": ["is"], "new": ["was"]}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([EDIT, EDIT], "edit 2 overlaps another one at 0:01.00"),
        ([EDIT, {**EDIT, "start": 90.0, "end": 99.0}], "edit 2: it ends at 1:39.00, and the source is"),
        ([{**EDIT, "end": 0.5}], "edit 1: it ends at 0:00.50, not after its start"),
        ([{**EDIT, "start": -1}], "edit 1: start:"),
        ([{**EDIT, "start": "nan"}], "edit 1: start:"),
        ([{**EDIT, "kind": "explode"}], "edit 1: kind:"),
        ([{**EDIT, "new": []}], "edit 1: it replaces words by nothing"),
        ([{**EDIT, "kind": "cut"}], "edit 1: a cut has no new words"),
        ([{**EDIT, "new": ["two words"]}], "edit 1: a word is empty or has a space"),
        ([{**EDIT, "more": 1}], "edit 1: more:"),
        ([EDIT] * 20_001, "it has 20001 edits"),
        ("all", "edits is not a list"),
    ],
)
def test_edits_in_json_are_refused_with_their_number(values: object, message: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        edits(json.dumps({"edits": values}), "talk.json")
    assert message in refused.value.message


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\xff\xfe[0:01]", "not valid UTF-8"), (b"{", "not valid JSON"), (b"[]", "neither edits nor segments"),
        (b'{"segments": [{"start": 2, "end": 1, "text": "x"}]}', "segment 1 does not end after its start"),
        (b'{"segments": 3}', "segments is not a list"), (b'{"items": {"cd": []}}', "belongs to another video"),
    ],
)  # fmt: skip
def test_unreadable_files_are_refused(data: bytes, message: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        edits(data, "talk.txt" if data.startswith(b"\xff") else "talk.json")
    assert message in refused.value.message


def test_an_edit_applies_to_other_words_of_the_same_speech_and_is_listed_where_it_does_not_fit() -> None:
    edit = TranscriptEdit(kind="replace", start=WORDS[1].start, end=WORDS[1].end, old=("this",), new=("that",))
    other = (WORDS[0], WORDS[1].model_copy(update={"text": "these"}), *WORDS[2:])
    assert apply_edits(other, [edit]).words[1].text == "that"
    joined = (WORDS[0].model_copy(update={"text": "Sothis", "end": WORDS[1].end}), *WORDS[2:])
    found = apply_edits(joined, [edit])
    assert found.words == list(joined)
    (sentence,) = found.unfitting
    assert sentence.startswith("Edit 1 at 0:00.72, “that” in place of “this”, does not fit")


def is_done(edit: TranscriptEdit, found: Applied) -> bool:
    """Whether an edit had its effect somewhere at its time."""
    middle = (edit.start + edit.end) / 2
    if edit.kind == "cut":
        return any(cut.start - 0.5 < middle < cut.end + 0.5 for cut in found.cuts)
    if edit.new:
        texts = [word.text for word in found.words if edit.start - 1.0 < word.start < edit.end + 1.0]
        count = len(edit.new)
        return any(tuple(texts[n : n + count]) == edit.new for n in range(len(texts)))
    hidden = [word for word in found.words if word.hidden and word.start < edit.end and word.end > edit.start]
    return bool(hidden) or not any(word.start <= middle < word.end for word in found.words)


@settings(max_examples=60, derandomize=True)
@given(st.integers(0, 10_000))
def test_no_edit_is_lost_silently_with_another_transcriber(seed: int) -> None:
    words = random_speech(seed)
    written = write_document("talk.mp4", ITEM, words[-1].end + 1, corrected(words))
    changes = edits(rewritten(written, seed), words=words)
    others = heard_otherwise(words, seed)
    for heard in (words, others):
        found = apply_edits(heard, changes)
        for number, edit in enumerate(changes, 1):
            listed = [line for line in found.unfitting if line.startswith(f"Edit {number} at ")]
            assert len(listed) <= 1
            assert listed or is_done(edit, found), (edit, found)
        touched = [(edit.start - 0.51, edit.end + 0.51) for edit in changes]
        kept = [word for word in heard if not any(word.start < end and word.end > start for start, end in touched)]
        assert all(word in found.words for word in kept), "words beside all edits stay"
    assert apply_edits(words, changes).unfitting == [], "every edit fits the transcript that people saw"


@settings(max_examples=25, derandomize=True)
@given(st.integers(0, 10_000))
def test_a_transcript_that_is_exported_and_applied_again_stays_as_it_is(seed: int) -> None:
    words = random_speech(seed)
    written = write_document("talk.mp4", ITEM, words[-1].end + 1, corrected(words))
    first = apply_edits(words, edits(rewritten(written, seed), words=words))
    again = write_document("talk.mp4", ITEM, words[-1].end + 1, corrected(first.words, first.cuts, words))
    second = apply_edits(words, edits(again, words=words))
    assert [(word.text, word.hidden) for word in second.words] == [(word.text, word.hidden) for word in first.words]
    assert " ".join(cut.text for cut in second.cuts) == " ".join(cut.text for cut in first.cuts)


def test_words_without_punctuation_are_split_at_pauses() -> None:
    words = [word.model_copy(update={"text": word.text.strip(".")}) for word in WORDS]
    assert [len(one) for one in split_sentences(words)] == [4, 7, 4, 4, 4]
    assert [len(one) for one in split_sentences(WORDS)] == [4, 7, 4, 4, 4]
    assert split_sentences(()) == []
