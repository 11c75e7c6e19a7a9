"""Subtitle cues: every word once and in order, within the limits wherever the time allows it."""

import itertools
import re
from math import ceil

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pytoon_pipeline.contracts.spec.layers import GroupLayer, Transform, constant
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.delivery.cue_text import LINE_WIDTH, width
from pytoon_pipeline.delivery.cues import SubtitleCue, subtitle_cues
from pytoon_pipeline_tests.harness.spoken import RATE, screen, talk, text

LATIN = st.text("abcdefgh,.!?'", min_size=1, max_size=14)
OTHER = st.text("今日はいい天気。、ですสวัสดีครับשלוםمرحبا42é", min_size=1, max_size=60)
RATES = st.sampled_from(
    [RATE, FrameRate(numerator=24), FrameRate(numerator=30000, denominator=1001), FrameRate(numerator=60)]
)
# Words with their pauses before and their lengths, in frames.
SPEECH = st.lists(
    st.tuples(LATIN | OTHER, st.just(0) | st.integers(0, 90), st.integers(1, 40)), min_size=1, max_size=60
)


def letters(text: str) -> str:
    return re.sub(r"\s+", "", text)


def said(cues: tuple[SubtitleCue, ...]) -> str:
    return " | ".join(" / ".join(cue.lines) for cue in cues)


@settings(max_examples=60, deadline=None)
@given(SPEECH, RATES, st.integers(0, 90))
@example([("a", 0, 1)] * 60, RATE, 0)
def test_cues_hold_every_word_within_the_limits(words: list, rate: FrameRate, spare: int) -> None:
    plan = talk(words, rate, spare)
    cues = subtitle_cues(plan)
    shortest, longest, reading = ceil(rate.fraction * 5 / 6), int(rate.fraction * 7), float(rate.fraction) / 20
    assert letters("".join(line for cue in cues for line in cue.lines)) == letters("".join(text for text, *_ in words))
    for cue in cues:
        assert 0 <= cue.start < cue.end <= plan.frames
        assert all(line.strip() == line != "" for line in cue.lines)
        assert cue.end - cue.start <= longest
        assert max(map(width, cue.lines)) <= LINE_WIDTH
    for cue, following in itertools.pairwise(cues):
        assert following.start - cue.end not in (1, *range(-999, 0)), "a gap has two frames or none"
    for cue, until in zip(cues, [*(one.start for one in cues[1:]), plan.frames], strict=True):
        used_up = until - cue.end <= 2 or cue.end - cue.start == longest
        assert cue.end - cue.start >= shortest or used_up
        assert sum(map(width, cue.lines)) * reading <= cue.end - cue.start or used_up
        # Only what is spoken too fast for cues of its own has more lines.
        assert len(cue.lines) <= 2 or until - cue.start < len(cue.lines) * 2


def test_a_sentence_is_a_cue() -> None:
    text = "We tried it for a week. It works! Would I buy it again, given the price and the colour? Yes, twice."
    cues = subtitle_cues(talk([(word, 2, 8) for word in text.split()]))
    assert said(cues) == (
        "We tried it for a week. | It works! | Would I buy it again, / given the price and the colour? | Yes, twice."
    )


def test_long_sentences_break_evenly_at_clauses() -> None:
    text = (
        "When the rain had finally stopped and the streets were dry, we took the bicycles out of the shed, "
        "and rode all the way down to the harbour without a single word."
    )
    cues = subtitle_cues(talk([(word, 1, 9) for word in text.split()]))
    assert said(cues) == (
        "When the rain had finally stopped / and the streets were dry, | we took the bicycles out of the shed, | "
        "and rode all the way down / to the harbour without a single word."
    )


def test_speech_without_punctuation_breaks_at_pauses() -> None:
    text = "so this is it then we go home after that"
    words = [(word, 20 if word in ("then", "after") else 1, 8) for word in text.split()]
    assert said(subtitle_cues(talk(words))) == "so this is it | then we go home | after that"


def test_punctuation_counts_more_than_pauses() -> None:
    text = "Ask not what your country can do for you. Ask what you can do for your country."
    words = [(word, 18 if word in ("your", "do") else 2, 9) for word in text.split()]
    assert said(subtitle_cues(talk(words))) == (
        "Ask not what your country can do for you. | Ask what you can do for your country."
    )


def test_a_cue_stays_until_it_is_read() -> None:
    (first, second) = subtitle_cues(
        talk([("Incomprehensibilities", 0, 3), ("notwithstanding.", 0, 3), ("Right.", 90, 9)])
    )
    assert first == SubtitleCue(0, 68, ("Incomprehensibilities notwithstanding.",)), "17 characters per second"
    assert second == SubtitleCue(96, 121, ("Right.",))


def test_gaps_are_closed_but_for_two_frames() -> None:
    cues = subtitle_cues(talk([(f"{n}.", 12, 30) for n in range(4)]))
    assert [(cue.start, cue.end) for cue in cues] == [(12, 52), (54, 94), (96, 136), (138, 183)]


def test_a_single_word_does_not_flash_at_the_end() -> None:
    cues = subtitle_cues(talk([("It", 0, 20), ("stays.", 0, 30), ("Bye.", 30, 5)], spare=0))
    assert [(cue.start, cue.end, *cue.lines) for cue in cues] == [(0, 58, "It stays."), (60, 85, "Bye.")]


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        ("今天 天 气 很 好", ("今天天气很好",)),
        (
            "これは一行に収まらないほど長い日本語の文章です。改行の位置も正しくなければなりません。",
            ("これは一行に収まらないほど", "長い日本語の文章です。", "改行の位置も正しく", "なければなりません。"),
        ),
        ("안녕하세요 여러분 반갑습니다", ("안녕하세요 여러분 반갑습니다",)),
        ("שלום לכולם, ברוכים הבאים!", ("שלום לכולם, ברוכים הבאים!",)),
        ("Lopadotemachoselachogaleokranioleipsanodrimhypotrimmatosilphio", None),
    ],
)
def test_other_scripts(words: str, lines: tuple[str, ...] | None) -> None:
    cues = subtitle_cues(talk([(word, 0, 15) for word in words.split()]))
    shown = [line for cue in cues for line in cue.lines]
    assert "".join(shown) == words if lines is None else tuple(shown) == lines
    assert all(width(line) <= LINE_WIDTH for line in shown)
    assert not any(line.startswith(("。", "、")) for line in shown), "lines do not begin with a full stop"


def test_speech_that_is_not_drawn_is_in_the_subtitles() -> None:
    words = [("Hidden.", 0, 30)]
    assert subtitle_cues(talk(words, hidden=True)) == subtitle_cues(talk(words))


def test_texts_on_the_screen_are_cues_in_reading_order() -> None:
    tag = GroupLayer(
        layers=(text("4.90", 280), text("only", 150)),
        start=60, width=520, height=520, transform=Transform(x=constant(540), y=constant(800)),
    )  # fmt: skip
    cues = subtitle_cues(screen(tag, text("Below", 1500), text("Pure leaf.\nNothing else.", 300)))
    assert said(cues) == "Pure leaf. Nothing else. / Below | only / 4.90"
    assert [(cue.start, cue.end) for cue in cues] == [(0, 58), (60, 150)]


def test_a_text_that_continues_is_one_cue_and_an_invisible_one_is_none() -> None:
    unseen = text("Nobody sees this", opacity=constant(0))
    assert said(subtitle_cues(screen(text("Every scene"), unseen, scenes=(60, 60)))) == "Every scene"


def test_long_texts_share_their_time_by_length() -> None:
    long = "Many words that do not fit on two lines of a cue, because there are so many of them. And then a short end."
    cues = subtitle_cues(screen(text("Title", 100), text(long, 400)))
    assert [len(cue.lines) for cue in cues] == [1, 2, 1]
    assert said(cues).endswith("| And then a short end.")
    assert cues[-1].end == 150


def test_speech_stands_without_the_titles_over_it() -> None:
    plan = talk([("Hello.", 0, 30)])
    assert said(subtitle_cues(plan.model_copy(update={"overlays": (text("Buy now"),)}))) == "Hello."


def test_a_video_without_text_has_no_cues() -> None:
    assert subtitle_cues(screen()) == ()


@given(st.lists(st.tuples(OTHER | LATIN, st.integers(0, 140), st.integers(1, 90), st.integers(0, 1900)), max_size=8))
@settings(max_examples=50, deadline=None)
def test_no_text_on_the_screen_is_lost(shown: list) -> None:
    layers = [text(f"{value}{n}", y, start, frames) for n, (value, start, frames, y) in enumerate(shown)]
    cues = subtitle_cues(screen(*layers))
    written = letters("".join(line for cue in cues for line in cue.lines))
    assert sorted(written) == sorted(letters("".join(layer.text for layer in layers)))
    for cue in cues:
        assert 0 <= cue.start < cue.end <= 150
    for cue, following in itertools.pairwise(cues):
        assert cue.end <= following.start


def test_a_text_on_the_screen_is_a_cue_as_long_as_it_is_there() -> None:
    (cue,) = subtitle_cues(screen(text("Sale"), scenes=(450,)))
    assert (cue.start, cue.end) == (0, 450), "longer than speech may stay"
