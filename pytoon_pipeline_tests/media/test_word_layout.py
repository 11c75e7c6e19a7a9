"""Where words stand: as in the line that is drawn at once."""

import pytest

from pytoon_pipeline.media import fonts
from pytoon_pipeline.media.word_layout import Typography, is_separable, mark_box, place_letters, place_line, place_words


@pytest.mark.parametrize("font", ["Roboto Black", "Source Serif Bold", "Fredoka One"])
@pytest.mark.parametrize("line", ["AV To Ye “quoted” Ty. P, W", "Coffee", "ÄÖÜ Straße À la carte"])
def test_words_end_where_the_shaped_line_ends(font: str, line: str) -> None:
    words = place_line(line, Typography(font, 130), 0, 50, 0)
    assert [word.text for word in words] == line.split(" ")
    assert words[-1].x + words[-1].width - 50 == pytest.approx(fonts.text_width(line, font, 130), abs=0.01)


def test_letters_stand_where_shaping_puts_them() -> None:
    type_ = Typography("Source Serif Bold", 200)
    (word,) = place_line("AVATAR", type_, 0, 10, 0)
    letters = place_letters(word, type_)
    assert [letter.text for letter in letters] == list("AVATAR")
    assert letters[1].x < 10 + type_.width("A")
    assert letters[-1].x + letters[-1].width == pytest.approx(word.x + word.width)


def test_letter_spacing_widens_separable_scripts_only() -> None:
    tight, wide = Typography("DejaVu Sans Bold", 100, letter_spacing=-0.02), Typography("DejaVu Sans Bold", 100)
    assert wide.width("Title") - tight.width("Title") == pytest.approx(4 * 0.02 * wide.em)
    assert wide.width("سلام") == tight.width("سلام")
    assert not is_separable("नमस्ते")


def test_a_right_to_left_line_is_one_unit() -> None:
    type_ = Typography("DejaVu Sans Bold", 100)
    assert [word.text for word in place_line("سلام دنیا", type_, 0, 0, 0)] == ["سلام دنیا"]
    (word,) = place_line("سلام", type_, 0, 0, 0)
    assert place_letters(word, type_) == [word]


def test_capitals_stand_in_the_middle_of_their_box_and_lines_keep_their_distance() -> None:
    type_ = Typography("Roboto Black", 132, line_height=1.05)
    words = place_words(["ONE", "TWO"], type_, 900, 400, "left")
    font = fonts.load("Roboto Black")
    top = words[0].baseline - 132 * font.cap_height / font.height
    assert top == pytest.approx(400 - words[1].baseline)
    assert words[1].baseline - words[0].baseline == pytest.approx(1.05 * type_.em)
    assert [word.x for word in words] == [0, 0]


@pytest.mark.parametrize("kind", ["box", "marker"])
def test_a_mark_holds_all_of_its_word(kind: str) -> None:
    from PIL import ImageFont

    type_ = Typography("Manrope ExtraBold", 130)
    font = ImageFont.truetype(str(fonts.load(type_.font).file), round(type_.em))
    usual = mark_box(kind, place_line("Home", type_, 0, 0, 0), type_)
    for text in ("[31m", "ÜBER", "(Åre)", "q_{j}"):
        box = mark_box(kind, place_line(text, type_, 0, 0, 0), type_)
        _, top, _, bottom = font.getbbox(text, anchor="ls")
        assert box.top < top
        assert box.bottom > bottom
        assert box.top <= usual.top
    other = mark_box(kind, place_line("Hotel", type_, 0, 0, 0), type_)
    assert (other.top, other.bottom) == (usual.top, usual.bottom), "usual words have marks of one height"
