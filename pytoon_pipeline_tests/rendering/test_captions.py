"""Captions: drawn where and when the plan says, and drawn literally."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from pytoon_pipeline.contracts.captions import CaptionBox, CaptionMotion, CaptionStyle, WordLook
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.spec.render_spec import Cue, CueWord
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.media import fonts
from pytoon_pipeline.rendering import captions
from pytoon_pipeline.rendering.thumbnail import to_bgr
from pytoon_pipeline.rendering.yuva import blend, solid_image
from pytoon_pipeline_tests.harness.placed_captions import placed_captions

RATE = FrameRate(numerator=30)
# Rows in which the captions of these tests are.
TOP, BAND = 1000, 400
STILL = CaptionMotion(page="none", page_seconds=0, word_seconds=0)
STYLE = CaptionStyle(motion=STILL)


def cue(text: str, start: int = 0, end: int = 30) -> Cue:
    words = text.split() or [" "]
    step = max(1, (end - start) // len(words))
    return Cue(
        start=start,
        end=end,
        words=tuple(CueWord(text=w, start=start + n * step, end=start + (n + 1) * step) for n, w in enumerate(words)),
    )


def drawn(*cues: Cue, style: CaptionStyle = STYLE, frames: int = 30, first: int = 0) -> np.ndarray:
    """The part of captions' frames around them, on mid grey, as RGB, a quarter of the size."""
    plan = placed_captions(style, cues)
    moved = [one.moved(-first) for one in plan.cues]
    pictures = []
    for frame in range(frames):
        canvas = solid_image("#808080", 1080, BAND)
        for sprite in captions.sprites(moved, plan.style, RATE, frame, (1080, 1920)):
            blend(canvas, replace(sprite, top=sprite.top - TOP))
        small = cv2.resize(to_bgr(canvas), (270, BAND // 4), interpolation=cv2.INTER_AREA)
        pictures.append(small[:, :, ::-1].astype(int))
    return np.array(pictures)


def ink(picture: np.ndarray) -> np.ndarray:
    return np.abs(picture - 128).max(axis=2) > 40


def columns(picture: np.ndarray) -> tuple[int, int]:
    found = np.flatnonzero(ink(picture).any(axis=0))
    return int(found.min()), int(found.max())


def test_a_caption_is_shown_exactly_in_its_frames() -> None:
    shown = [bool(ink(picture).any()) for picture in drawn(cue("hello", 7, 19), frames=22)]
    assert [n for n, there in enumerate(shown) if there] == list(range(7, 19))


@pytest.mark.parametrize("page", ["pop", "slide"])
def test_captions_do_not_depend_on_where_a_segment_starts(page: str) -> None:
    motion = CaptionMotion.model_validate({"page": page, "page_seconds": 0.3, "word_easing": "overshoot"})
    one = cue("two words", 2, 20)
    whole = drawn(one, style=CaptionStyle(motion=motion), frames=22)
    late = drawn(one, style=CaptionStyle(motion=motion), frames=18, first=4)
    assert np.array_equal(whole[4:], late)
    assert np.abs(whole[2] - whole[15]).max() > 40, "it moves in"


def test_the_spoken_word_changes_and_the_others_stay() -> None:
    pictures = drawn(cue("one two", 0, 20), frames=20)
    yellow = [(p[..., 0] > 200) & (p[..., 2] < 90) for p in pictures]
    first, second = np.flatnonzero(yellow[5].any(axis=0)).mean(), np.flatnonzero(yellow[15].any(axis=0)).mean()
    assert first < 130 < second


def test_colour_runs_through_a_word_while_it_is_spoken() -> None:
    motion = CaptionMotion(page="none", page_seconds=0, word_seconds=0, reveal="sweep")
    pictures = drawn(cue("everything", 0, 20), style=CaptionStyle(motion=motion), frames=20)
    edges = [np.flatnonzero(((p[..., 0] > 200) & (p[..., 2] < 90)).any(axis=0)).max() for p in pictures[2:]]
    assert edges == sorted(edges)
    assert edges[-1] - edges[0] > 60


def test_hidden_words_appear_letter_by_letter() -> None:
    motion = CaptionMotion(page="none", page_seconds=0, word_seconds=0, reveal="letters")
    style = CaptionStyle(motion=motion, before=WordLook(opacity=0), active=WordLook())
    widths = [np.ptp(columns(picture)) for picture in drawn(cue("letters", 0, 20), style=style, frames=14)]
    assert widths == sorted(widths)
    assert len({int(width) for width in widths}) >= 6


def test_a_box_lies_behind_the_spoken_word_alone() -> None:
    box = CaptionBox(colour="#0000FF", padding_x=0.1)
    style = CaptionStyle(motion=STILL, outline=0, active=WordLook(box=box))
    picture = drawn(cue("left right", 0, 20), style=style, frames=1)[0]
    blue = (picture[..., 2] > 180) & (picture[..., 0] < 80)
    assert blue.any()
    assert np.flatnonzero(blue.any(axis=0)).max() < 135


def test_a_box_slides_to_the_next_word() -> None:
    motion = CaptionMotion(page="none", page_seconds=0, word_seconds=0.3, box="slide")
    style = CaptionStyle(motion=motion, outline=0, active=WordLook(box=CaptionBox(colour="#0000FF")))
    pictures = drawn(cue("left right", 0, 30), style=style, frames=28)
    blue = [np.flatnonzero(((p[..., 2] > 180) & (p[..., 0] < 80)).any(axis=0)).mean() for p in pictures[14:27]]
    assert blue == sorted(blue)
    assert blue[0] < blue[2] < blue[-1]


def test_captions_stay_inside_the_margins() -> None:
    style = CaptionStyle(motion=STILL, size=148, max_words=3, max_chars=40)
    for text in ("Donaudampfschifffahrtselektrizitätenhauptbetriebswerk", "WWWWWWWWWW WWWWWWWWWW WWWWWWWWWW"):
        left, right = columns(drawn(cue(text), style=style, frames=1)[0])
        assert left * 4 >= style.margin - 12
        assert right * 4 <= 1080 - style.margin + 12


@pytest.mark.parametrize("text", [r"{\fs200}big", r"a\Nb", r"{\p1}m", r"\h\n", "100% 'it\\''s':x=1,[in]"])
def test_markup_in_captions_is_drawn_literally(text: str) -> None:
    """As wide as its characters: nothing vanished, broke the line or grew."""
    style = CaptionStyle(motion=STILL, size=60, max_chars=60)
    left, right = columns(drawn(cue(text), style=style, frames=1)[0])
    width = fonts.text_width(text, style.font, style.size) / 4
    assert right - left == pytest.approx(width, rel=0.12, abs=8)


def test_the_plain_engine_draws_words_where_the_shaped_one_does() -> None:
    boxes = []
    for engine in ("shaped", "plain"):
        style = CaptionStyle.model_validate({"text_engine": engine, "motion": STILL})
        picture = ink(drawn(cue("We choose to go"), style=style, frames=1)[0])
        rows, across = np.flatnonzero(picture.any(axis=1)), np.flatnonzero(picture.any(axis=0))
        boxes.append((rows[0], rows[-1], across[0], across[-1]))
    assert np.abs(np.subtract(*boxes)).max() <= 3


def test_words_read_from_right_to_left_stand_in_that_order() -> None:
    pictures = drawn(cue("שלום עולם", 0, 20), frames=20)
    yellow = [(p[..., 0] > 200) & (p[..., 2] < 90) for p in pictures]
    first, second = np.flatnonzero(yellow[5].any(axis=0)).mean(), np.flatnonzero(yellow[15].any(axis=0)).mean()
    assert first > 135 > second


def test_a_fallback_font_supplies_missing_glyphs() -> None:
    arrow = cue("→ ☂ ∞")
    plan = placed_captions(STYLE, [arrow])
    assert captions.missing_glyphs(plan.cues, STYLE) == {}
    assert ink(drawn(arrow, frames=1)[0]).sum() > 200


def test_characters_that_no_font_has_are_named() -> None:
    plan = placed_captions(STYLE, [cue("fine"), cue("\ue123\ue124 ok")])
    assert captions.missing_glyphs(plan.cues, STYLE) == {1: "\ue123\ue124"}


def test_an_unknown_font_is_refused() -> None:
    with pytest.raises(InvalidInput, match="unknown_font"):
        fonts.load("Comic Sans")
