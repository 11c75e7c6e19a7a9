"""Fillers and retakes: which words go, which stay, and how people switch them."""

from functools import cache

import numpy as np
import pytest

from pytoon_pipeline.analysis.speech.cuts import cut_span
from pytoon_pipeline.analysis.speech.silence import find_silence, levels
from pytoon_pipeline.analysis.transcript.applying import Applied, apply_all
from pytoon_pipeline.analysis.transcript.disfluencies import find_disfluencies, find_fillers, find_retakes
from pytoon_pipeline.analysis.transcript.document import write_document
from pytoon_pipeline.analysis.transcript.files import Source, edits_of_file
from pytoon_pipeline.contracts.analysis import CorrectedTranscript, Disfluency, Transcript, Word
from pytoon_pipeline.contracts.preset import SilenceSettings
from pytoon_pipeline.contracts.request import SpeechRequest
from pytoon_pipeline.contracts.time import FrameRate, TimeRange
from pytoon_pipeline.contracts.transcript_edits import TranscriptEdit
from pytoon_pipeline.planning.edit_ranges import plan_edit_ranges
from pytoon_pipeline_tests.harness.planted_disfluencies import RATE, Planted, hits, plant, real_speech
from pytoon_pipeline_tests.harness.transcripts import ITEM, spoken

CUT = SpeechRequest(fillers="cut", retakes="cut")


@cache
def planted(seed: int) -> Planted:
    return plant(*real_speech(), seed, fillers=3, repeats=2)


def test_most_planted_fillers_and_repeats_are_found_and_nothing_else() -> None:
    count = recalled = found = right = 0
    for seed in range(21):
        one = planted(seed)
        _, disfluencies = find_disfluencies(one.samples, one.words, CUT, "en")
        hit, good = hits(disfluencies, one.spans)
        count, recalled = count + len(one.spans), recalled + hit
        found, right = found + len(disfluencies), right + good
    assert count >= 100
    assert recalled >= 0.9 * count
    assert right >= 0.95 * found
    assert find_disfluencies(*real_speech(), CUT, "en")[1] == [], "nothing in speech as it was recorded"


def test_cuts_are_quiet_and_picture_and_sound_stay_together_after_100_of_them() -> None:
    parts = [planted(seed) for seed in range(21)]
    samples = np.concatenate([one.samples for one in parts])
    words, offset = list[Word](), 0.0
    for one in parts:
        words += [
            word.model_copy(update={"start": word.start + offset, "end": word.end + offset}) for word in one.words
        ]
        offset += len(one.samples) / RATE
    found, disfluencies = find_disfluencies(samples, words, CUT, "en")
    cuts, decibels = list[TimeRange](), levels(samples, RATE)
    for one in (one for one in disfluencies if one.action == "cut"):
        before = max((word.end for word in found if word.end <= one.start + 1e-6), default=0.0)
        after = min(word.start for word in found if word.start >= one.end - 1e-6)
        start, end = cut_span(one.start, one.end, before, after, decibels)
        cuts.append(TimeRange(start=start, end=end))
    assert len(cuts) >= 100
    peak = np.abs(samples).max()
    for one in cuts:
        for edge in one.span:
            around = samples[round(edge * RATE) - 80 : round(edge * RATE) + 80].astype(float)
            faded = around * np.abs(np.linspace(-1, 1, len(around)))
            assert np.abs(np.diff(faded)[78:82]).max() <= 0.01 * peak, "no click above -40 dB"
    transcript = Transcript(words=tuple(found), language="en", transcriber=None)
    kept = find_silence(samples, RATE, transcript, SilenceSettings(remove=False), cuts=cuts).speech
    rate = FrameRate(numerator=30)
    ranges, _ = plan_edit_ranges(kept, (), tuple(found), len(samples) / RATE, rate, 10**6)
    drift = max(abs(one.source_start / 30 - span.start) for one, span in zip(ranges, kept, strict=True))
    assert drift <= 1 / 30 + 1e-6, "each part begins within a frame of its sound, and none adds to the next"


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("So um this is uh good.", ["um", "uh"]),
        ("I was, you know, happy.", []),
        ("The um-hm sound stays.", []),
        ("We want to we want to go home.", ["We want to"]),
        ("I I think that the the house is red.", ["I", "the"]),
        ("So today we So today we will cook.", ["So today we"]),
        ("Banana. Banana.", []),
        ("It is very very good, no no problem.", []),
        ("I know that that is true, and he had had enough.", []),
        ("Ask not what your country can do for you, ask what you can do for your country.", []),
        ("I have a dream that one day we rise. I have a dream that one day we sing.", []),
        ("Thank you. Thank you.", []),
        ("This is the first take of it. This is the first take of it.", ["This is the first take of it."]),
    ],
)
def test_only_what_is_said_again_or_says_nothing_goes(text: str, gone: list[str]) -> None:
    words = spoken(text)
    fillers = find_fillers(words, "en")
    found = sorted((*fillers, *find_retakes(words, fillers)), key=lambda one: one.start)
    assert [one.text for one in found] == gone


def test_a_start_that_breaks_off_goes_and_its_repetition_stays() -> None:
    words = list(spoken("Today we are going to cook so Today we are going to bake a cake.", pause=0.6))
    shifted = [word.model_copy(update={"start": word.start + 0.5, "end": word.end + 0.5}) for word in words[7:]]
    (one,) = find_retakes([*words[:7], *shifted], [])
    assert (one.start, one.text) == (words[0].start, "Today we are going to cook so")


def test_fillers_are_those_of_the_language() -> None:
    assert [one.text for one in find_fillers(spoken("er sagt äh nichts"), "de")] == ["äh"]
    assert [one.text for one in find_fillers(spoken("er says nothing"), "en")] == ["er"]


def test_what_is_loud_at_its_edges_is_only_proposed() -> None:
    words = spoken("so um this", pause=0)
    noise = np.random.default_rng(1).normal(0, 3000, 3 * RATE).astype(np.int16)
    _, (one,) = find_disfluencies(noise, words, CUT, "en")
    assert one.action == "propose"
    _, (one,) = find_disfluencies(np.where(np.arange(3 * RATE) > 2.5 * RATE, noise, 0), words, CUT, "en")
    assert one.action == "cut"


WORDS = spoken("So um this is good. We like it.")
UM = Disfluency(start=WORDS[1].start, end=WORDS[1].end, text="um", kind="filler", action="cut")


def document(found: Applied, disfluencies: list[Disfluency]) -> str:
    transcript = CorrectedTranscript(
        words=tuple(found.words), language="en", transcriber=None, cuts=tuple(found.cuts), before_edits=WORDS,
        disfluencies=tuple(disfluencies),
    )  # fmt: skip
    return write_document("talk.mp4", ITEM, 9.0, transcript)


def edits(text: str) -> tuple[TranscriptEdit, ...]:
    return edits_of_file(text.encode(), "talk.txt", {ITEM: Source(WORDS, 9.0, [UM])})[ITEM]


def test_a_cut_is_listed_with_its_reason_and_people_bring_it_back() -> None:
    found = apply_all(WORDS, [UM], ())
    assert [word.text for word in found.words][:3] == ["So", "this", "is"]
    text = document(found, [UM])
    assert "# cut (filler) [0:00.72] um\n" in text
    assert edits(text) == (), "as it is, the rule decides"
    for change in (text.replace("# cut ", ""), text.replace("So this", "So um this")):
        (kept,) = edits(change)
        assert (kept.kind, kept.old) == ("keep", ("um",))
        again = apply_all(WORDS, [UM], [kept])
        assert (len(again.words), again.cuts) == (len(WORDS), [])
        assert edits(document(again, [UM])) == (kept,), "and it stays"


def test_words_that_a_person_cut_come_back_into_the_middle_of_their_sentence() -> None:
    cut = TranscriptEdit(kind="cut", start=UM.start, end=UM.end, old=("um",))
    text = document(apply_all(WORDS, [], [cut]), [])
    source = {ITEM: Source(WORDS, 9.0)}
    assert edits_of_file(text.encode(), "t.txt", source)[ITEM] == (cut,)
    assert edits_of_file(text.replace("# cut ", "").encode(), "t.txt", source)[ITEM] == ()


def test_a_line_of_its_own_in_the_middle_of_a_sentence_stays_where_it_is() -> None:
    words = spoken("Good morning dear people")
    text = f"[0:00.50] Good evening\n[0:0{words[2].start:.2f}] [[dear people]]\n"
    found = edits_of_file(text.encode(), "t.txt", {ITEM: Source(words, 9.0)})[ITEM]
    assert [(one.kind, one.old, one.new) for one in found if one.kind == "replace"] == [
        ("replace", ("morning",), ("evening",))
    ]


def test_a_proposal_is_listed_and_cut_where_people_delete_it() -> None:
    proposed = UM.model_copy(update={"action": "propose"})
    found = apply_all(WORDS, [proposed], ())
    assert len(found.words) == len(WORDS)
    text = document(found, [proposed])
    assert "# proposed cut (filler) [0:00.72] um\n" in text
    (cut,) = edits_of_file(text.replace("So um", "So").encode(), "t.txt", {ITEM: Source(WORDS, 9.0, [proposed])})[ITEM]
    assert (cut.kind, cut.old) == ("cut", ("um",))


def test_rules_never_cut_all() -> None:
    everything = Disfluency(start=0, end=99, text="all", kind="retake", action="cut")
    assert apply_all(WORDS, [everything], ()).cuts == []
