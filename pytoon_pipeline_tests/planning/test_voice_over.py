"""Voice-overs: what their transcript cuts is not heard, and reading out the texts needs no captions."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pytoon_pipeline.contracts.analysis import CorrectedTranscript, Cut, Word
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.planning.analysed_media import AnalysedMedia
from pytoon_pipeline.planning.voice_over import reads_out, voice_ranges, voice_seconds
from pytoon_pipeline_tests.harness.plans import RATE, heard


def voice(seconds: float, *cuts: tuple[float, float]) -> AnalysedMedia:
    made = tuple(Cut(start=start, end=end, text="x", reason="transcript") for start, end in cuts)
    transcript = CorrectedTranscript(words=(), language="en", transcriber=None, cuts=made)
    return replace(heard(seconds, ((0.0, seconds),)), transcript=transcript)


spans = st.lists(st.tuples(st.floats(0, 60), st.floats(0.1, 5)), max_size=8)


@given(st.floats(1, 60), spans)
def test_ranges_follow_each_other_and_keep_all_but_the_cuts(seconds: float, raw: list[tuple[float, float]]) -> None:
    cuts = [(start, min(start + length, 100.0)) for start, length in raw]
    one = voice(seconds, *cuts)
    ranges = voice_ranges(one, RATE, 10_000)
    position = 0
    for part in ranges:
        assert part.start == position
        assert part.frames > 0
        middle = RATE.seconds(part.source_start + part.source_end) / 2
        assert part.frames < 3 or not any(start + 0.1 < middle < end - 0.1 for start, end in cuts)
        position = part.end
    assert abs(RATE.seconds(position) - voice_seconds(one)) <= (len(ranges) + 2) / 30


def test_the_video_ends_a_voice_over() -> None:
    assert [one.frames for one in voice_ranges(voice(10.0, (2.0, 4.0)), RATE, 90)] == [60, 30]


def said(text: str) -> tuple[Word, ...]:
    return tuple(Word(text=word, start=n, end=n + 0.5, confidence=1) for n, word in enumerate(text.split()))


def test_a_voice_over_reads_out_texts_also_with_other_punctuation_and_a_wrong_word() -> None:
    text = {"hook": "Three trips for your thirties", "beats": ["Beijing in spring", "Paris at night"]}
    request = Request.model_validate({"text": text})
    assert reads_out(said("three trips for your thirty's. Beijing, in spring! Paris at night"), request)
    assert not reads_out(said("This year we went to China, and then to France. Three trips in all"), request)
    assert not reads_out(said("Three trips"), Request())
    assert not reads_out((), request)
