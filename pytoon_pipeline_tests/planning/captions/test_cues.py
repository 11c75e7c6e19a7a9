"""Caption cues: which words are shown together, and when."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from pytoon_pipeline.contracts.analysis import Word
from pytoon_pipeline.contracts.captions import CaptionStyle
from pytoon_pipeline.planning.captions.cues import plan_cues
from pytoon_pipeline.planning.edit_ranges import SourceRange, source_to_timeline
from pytoon_pipeline_tests.harness.plans import RATE, words_at

takes_of_all = [SourceRange(0, 0, 900)]

timed_words = st.lists(
    st.tuples(st.floats(0, 28), st.floats(0.05, 1.5), st.text("abcdefgh.!", min_size=1, max_size=12)), max_size=40
)


@given(timed_words, st.integers(1, 5), st.integers(8, 30))
def test_captions_show_every_word_once_in_order(raw: list, most: int, characters: int) -> None:
    style = CaptionStyle(max_words=most, max_chars=characters)
    words, end = [], 0.0
    for start, length, text in sorted(raw):
        words.append(Word(text=text, start=max(start, end), end=max(start, end) + length, confidence=1))
        end = words[-1].end
    shown = [
        w
        for w in words
        if source_to_timeline(takes_of_all, (RATE.nearest(w.start) + RATE.nearest(w.end)) // 2) is not None
    ]
    cues = plan_cues(words, takes_of_all, RATE, style)
    assert [w.text for cue in cues for w in cue.words] == [w.text for w in shown][: sum(len(c.words) for c in cues)]
    assert sum(len(cue.words) for cue in cues) >= len(shown) - 1
    for cue in cues:
        assert len(cue.words) <= most
        assert len(cue.words) == 1 or len(cue.text) <= characters
        assert cue.start <= cue.words[0].start
        assert cue.words[-1].end <= max(cue.end, cue.words[-1].start + 1)
    for a, b in itertools.pairwise(cues):
        assert a.end <= b.start


def test_captions_follow_the_cuts() -> None:
    takes = [SourceRange(0, 30, 60), SourceRange(60, 300, 60)]
    cues = plan_cues(words_at((1.5, 2.0), (5.0, 5.5), (10.5, 11.0)), takes, RATE, CaptionStyle())
    assert [(cue.text, cue.start) for cue in cues] == [("word0", 0), ("word2", 75)]


def test_words_on_both_sides_of_a_cut_are_not_joined() -> None:
    takes = [SourceRange(0, 0, 30), SourceRange(30, 300, 60)]
    cues = plan_cues(words_at((0.5, 0.95), (10.05, 10.4), (10.4, 10.8)), takes, RATE, CaptionStyle())
    assert [cue.text for cue in cues] == ["word0", "word1 word2"]


def test_sentences_are_not_joined() -> None:
    spoken = [("Yes.", 0.0), ("And", 0.3), ("then", 0.6)]
    words = [Word(text=text, start=at, end=at + 0.3, confidence=1) for text, at in spoken]
    cues = plan_cues(words, takes_of_all, RATE, CaptionStyle())
    assert [cue.text for cue in cues] == ["Yes.", "And then"]


def test_the_first_caption_is_there_from_the_first_frame_when_speech_begins_soon() -> None:
    (early,) = plan_cues(words_at((0.5, 0.95)), takes_of_all, RATE, CaptionStyle())
    (late,) = plan_cues(words_at((1.5, 1.95)), takes_of_all, RATE, CaptionStyle())
    assert (early.start, early.words[0].start, late.start) == (0, 15, 45)


def test_a_name_is_the_key_word_of_its_caption() -> None:
    spoken = [("Acme", 0.0), ("sold", 0.3), ("500", 0.6)]
    words = [Word(text=text, start=at, end=at + 0.3, confidence=1) for text, at in spoken]
    for names, key in (((), "500"), (("acme",), "Acme")):
        (cue,) = plan_cues(words, takes_of_all, RATE, CaptionStyle(max_emphasis=1), names)
        assert [word.text for word in cue.words if word.emphasis] == [key]
