"""Text fitting: whole, inside its box, with even lines."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from pytoon_pipeline.media import fonts
from pytoon_pipeline.planning.layout.text_fit import PAGE_SHARE, TextBox, clean, common_size, fit, pages_at, split_pages

ROOM = TextBox("Manrope ExtraBold", 130, 64, 800, 520, 4)
writing = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=200)


@settings(max_examples=60)
@given(writing.map(clean).filter(bool))
@example("0" * 20 + "Ƙ")
@example("\ua947")
def test_fitted_text_is_complete_and_inside_its_box(text: str) -> None:
    for page in split_pages(text, ROOM):
        assert page.width <= ROOM.width
        assert page.height <= ROOM.height
        assert len(page.lines) <= ROOM.lines
        assert ROOM.min_size <= page.size <= ROOM.size
    shown = "".join("".join(page.lines) for page in split_pages(text, ROOM))
    assert "".join(shown.split()).replace("-", "") == "".join(text.split()).replace("-", "")


def test_short_text_has_the_preferred_size() -> None:
    page = fit("Hello", ROOM)
    assert page is not None
    assert (page.lines, page.size) == (("Hello",), 130)


def test_lines_are_even() -> None:
    page = fit("one two three four five six", ROOM)
    assert page is not None
    widths = [fonts.text_width(line, ROOM.font, page.size) for line in page.lines]
    assert min(widths) > 0.5 * max(widths)


def test_a_word_too_long_for_a_line_is_hyphenated() -> None:
    page = fit("Donaudampfschifffahrtsgesellschaftskapitän", ROOM)
    assert page is not None
    assert page.lines[0].endswith("-")
    assert "".join(page.lines).replace("-", "") == "Donaudampfschifffahrtsgesellschaftskapitän"


def test_a_word_that_no_language_hyphenates_is_broken_between_characters() -> None:
    page = fit("x9" * 40, ROOM)
    assert page is not None
    assert "".join(page.lines) == "x9" * 40


def test_no_word_is_hyphenated_that_fits_when_it_is_smaller() -> None:
    page = fit("Geschwindigkeit", ROOM)
    assert page is not None
    assert (page.lines, page.size < ROOM.size) == (("Geschwindigkeit",), True)


def test_pages_have_one_size_and_end_with_sentences() -> None:
    text = (
        "Fresh beans from small farms in Peru. Roasted by hand every morning, two streets away. "
        "Ground when you order it, never before. Come by and taste the difference today."
    )
    pages = split_pages(text, ROOM)
    assert len(pages) > 1
    assert len({page.size for page in pages}) == 1
    assert all(page.lines[-1].endswith((".", ",")) for page in pages)


def test_texts_of_one_role_share_a_size() -> None:
    texts = ("Tea", "Something much longer that needs a smaller size to stay on its page, I think")
    size = common_size([(text, ROOM) for text in texts])
    assert size is not None
    assert size >= PAGE_SHARE * ROOM.size
    assert all(page.size == size for text in texts for page in pages_at(text, ROOM, size))


def test_words_know_their_place_in_the_text() -> None:
    pages = split_pages("one two three four five six seven eight nine ten eleven twelve thirteen", ROOM)
    assert [word for page in pages for word in page.words] == list(range(13))


def test_line_breaks_stay() -> None:
    page = fit("one\ntwo", ROOM)
    assert page is not None
    assert page.lines == ("one", "two")


def test_text_that_cannot_fit_has_no_layout() -> None:
    assert split_pages("hello", TextBox("Manrope ExtraBold", 130, 64, 10, 500, 4)) == []


def test_control_characters_are_removed() -> None:
    assert clean("a\x00b\tc\r\nd\u2028e\x1b[0m") == "a b c\nd\ne [0m"


def test_scripts_without_spaces_wrap() -> None:
    assert len(split_pages("เ" * 3, ROOM)) == 1


def test_korean_breaks_only_at_spaces() -> None:
    page = fit("오늘의 신선한 커피와 함께하세요", TextBox("Roboto Black", 120, 40, 620, 900, 5))
    assert page is not None
    assert " ".join(page.lines) == "오늘의 신선한 커피와 함께하세요"
    assert len(page.lines) > 1
