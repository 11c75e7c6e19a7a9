"""What a caption style means for words at a frame."""

import pytest

from pytoon_pipeline.contracts.captions import CaptionMotion, CaptionStyle, WordLook
from pytoon_pipeline.contracts.spec.caption_states import PageState, look_of, page_at, word_at
from pytoon_pipeline.contracts.spec.render_spec import Cue, CueWord, WordPlace
from pytoon_pipeline.contracts.time import FrameRate

RATE = FrameRate(numerator=30)


def cue() -> Cue:
    words = tuple(CueWord(text=f"w{n}", start=10 * n, end=10 * n + 8) for n in range(3))
    places = tuple(
        WordPlace(first=n, last=n, text=f"w{n}", line=0, x=100 * n, baseline=500, width=90, size=80) for n in range(3)
    )
    return Cue(start=0, end=30, words=words, places=places)


def test_a_word_is_spoken_until_the_next_one_begins() -> None:
    style = CaptionStyle(motion=CaptionMotion(word_seconds=0))
    one = cue()
    states = [word_at(one, one.places[1], frame, style, RATE).active for frame in range(30)]
    assert [frame for frame, active in enumerate(states) if active] == list(range(10, 20))


def test_a_page_that_is_early_lights_no_word_before_it_is_spoken() -> None:
    one = cue()
    early = one.model_copy(update={"start": -6})
    states = [word_at(early, one.places[0], frame, CaptionStyle(), RATE).active for frame in range(-6, 1)]
    assert states == [False] * 6 + [True]
    assert page_at(early, -6, CaptionStyle(motion=CaptionMotion(page="slide")), RATE) == PageState()


def test_numbers_go_from_state_to_state_within_the_time_of_a_word() -> None:
    style = CaptionStyle(active=WordLook(scale=1.5), motion=CaptionMotion(word_seconds=0.1))
    one = cue()
    scales = [word_at(one, one.places[1], frame, style, RATE).scale for frame in range(9, 16)]
    assert scales[0] == 1
    assert scales[1:5] == sorted(scales[1:5])
    assert scales[4:] == [1.5, 1.5, 1.5]


def test_overshoot_goes_too_far_and_back() -> None:
    motion = CaptionMotion(word_seconds=0.3, word_easing="overshoot")
    style = CaptionStyle(active=WordLook(scale=1.5), motion=motion)
    one = cue()
    assert max(word_at(one, one.places[0], frame, style, RATE).scale for frame in range(10)) > 1.52


def test_emphasis_and_state_add_up() -> None:
    style = CaptionStyle(emphasis=WordLook(colour="#00FF00", scale=1.2), active=WordLook(colour="#FF0000", scale=1.1))
    look = look_of(style, style.active, emphasised=True)
    assert (look.colour, look.scale) == ("#FF0000", pytest.approx(1.32))
    assert look_of(style, style.after, emphasised=True).colour == "#00FF00"
    assert look_of(style, style.after, emphasised=False).colour == "#FFFFFF"


@pytest.mark.parametrize("page", ["fade", "pop", "rise", "slide"])
def test_a_page_comes_in_and_rests(page: str) -> None:
    style = CaptionStyle(motion=CaptionMotion.model_validate({"page": page, "page_seconds": 0.2}))
    assert page_at(cue(), 0, style, RATE) != (1, 0, 0, 1)
    assert page_at(cue(), 6, style, RATE) == (1, 0, 0, 1)
