"""Places of words: in the column, with a steady baseline, and large enough."""

import pytest

from pytoon_pipeline.config.caption_styles import caption_style_names
from pytoon_pipeline.config.presets import load_preset
from pytoon_pipeline.contracts.captions import CaptionStyle
from pytoon_pipeline.contracts.spec.render_spec import Cue, CueWord
from pytoon_pipeline.planning.captions.contrast import with_colours
from pytoon_pipeline.planning.captions.layout import extent, place_words


def cue(text: str) -> Cue:
    words = [CueWord(text=word, start=9 * n, end=9 * n + 9) for n, word in enumerate(text.split())]
    return Cue(start=0, end=9 * len(words), words=tuple(words))


@pytest.mark.parametrize("name", caption_style_names())
@pytest.mark.parametrize("text", ["Hi", "the quality of coffee", "Donaudampfschifffahrtsgesellschaft", "שלום עולם"])
def test_every_style_keeps_its_words_in_the_column(name: str, text: str) -> None:
    style = with_colours(load_preset("clean-talk", {"captions": {"style": name}}).captions)
    placed = place_words(cue(text), style, 1300, 1080)
    area = extent(placed, style)
    assert area.left >= style.margin - 1
    assert area.right <= 1080 - style.margin + 1
    assert [place.first for place in sorted(placed.places, key=lambda one: one.first)] == sorted(
        {place.first for place in placed.places}
    )


def test_the_last_baseline_stays_when_the_number_of_lines_changes() -> None:
    style = CaptionStyle(size=120)
    one, two = (place_words(cue(text), style, 1300, 1080) for text in ("coffee", "remarkable coffee houses"))
    assert {place.line for place in two.places} == {0, 1}
    assert max(place.baseline for place in one.places) == max(place.baseline for place in two.places)


def test_lines_begin_where_reading_begins() -> None:
    style = CaptionStyle(size=80, align="left", outline=0)
    english, hebrew = (place_words(cue(text), style, 1300, 1080) for text in ("hello", "שלום"))
    assert english.places[0].x == style.margin
    assert hebrew.places[0].x + hebrew.places[0].width == pytest.approx(1080 - style.margin)


def test_lines_break_by_sense() -> None:
    placed = place_words(cue("in the kitchen of my mother"), CaptionStyle(size=100, max_words=8), 1300, 1080)
    assert [place.text for place in placed.places if place.line == 1] == ["of", "my", "mother"]


def test_a_text_without_spaces_goes_on_on_a_second_line() -> None:
    placed = place_words(cue("今日はとても良い天気ですね散歩に行きましょう"), CaptionStyle(size=100), 1300, 1080)
    assert len(placed.places) == 2
    assert {(place.first, place.last) for place in placed.places} == {(0, 0)}


def test_stacked_lines_are_equally_wide() -> None:
    style = CaptionStyle(size=160, layout="stacked", max_lines=3)
    placed = place_words(cue("photographers understand"), style, 1300, 1080)
    widths = [place.width for place in placed.places]
    assert widths[0] == pytest.approx(widths[1], rel=0.02)
