"""Which font draws which part of a text, and how wide it is."""

from pathlib import Path

import pytest

from pytoon_pipeline.contracts.errors import DependencyMissing, InvalidInput
from pytoon_pipeline.media import fonts
from pytoon_pipeline.media.fonts import FONTS, font_runs, missing_characters, text_width
from pytoon_pipeline_tests.harness.writing import SENTENCES, emoji_sequences

BLACK = "Roboto Black"


def drawn(text: str, name: str = BLACK) -> list[tuple[str, str]]:
    return [(run.text, run.font.name) for run in font_runs(text, name)]


@pytest.mark.parametrize("script", SENTENCES)
@pytest.mark.parametrize("name", [BLACK, "Amatic Bold"])
def test_every_script_is_drawn_without_missing_glyphs(script: str, name: str) -> None:
    for run in font_runs(SENTENCES[script], name):
        shaper, buffer = run.font.shape(run.text)
        # A dotted circle stands where shaping has a mark without its letter.
        boxes = {0, shaper.get_nominal_glyph(0x25CC)}
        assert not boxes & {glyph.codepoint for glyph in buffer.glyph_infos}
    assert not missing_characters(SENTENCES[script], name)


def test_every_emoji_is_one_glyph() -> None:
    every = list(emoji_sequences())
    assert len(every) > 2000
    for text in every:
        (run,) = font_runs(text, BLACK)
        _, buffer = run.font.shape(run.text)
        assert run.font.colour
        assert [glyph.codepoint > 0 for glyph in buffer.glyph_infos] == [True], text


def test_only_what_the_font_lacks_is_drawn_by_a_fallback_of_its_weight() -> None:
    assert drawn("iPhoneを買う 🎉 50%!") == [
        ("iPhone", BLACK), ("を買う", "Noto Sans CJK JP Black"), (" ", BLACK),
        ("🎉", "Noto Color Emoji"), (" 50%!", BLACK),
    ]  # fmt: skip
    assert drawn("कॉफी!", "Manrope SemiBold") == [("कॉफी", "Noto Sans Devanagari Bold"), ("!", "Manrope SemiBold")]


def test_letters_of_one_script_in_a_word_have_one_font() -> None:
    """Amatic has no й or ў: these words are drawn whole by the fallback, and others are not."""
    assert not fonts.load(BLACK).missing("naïve")
    assert drawn("naïve café") == [("naïve café", BLACK)]
    lacking = next(char for char in "ўҐќ" if fonts.load("Amatic Bold").missing(char))
    runs = dict(drawn(f"кот д{lacking}м", "Amatic Bold"))
    assert runs[f"д{lacking}м"] == "Roboto Bold"


def test_characters_of_text_become_emoji_only_with_a_variation_selector() -> None:
    assert drawn("© ™ 1 #") == [("© ™ 1 #", BLACK)]
    assert [name for _, name in drawn("❤")] == ["DejaVu Sans Bold"]
    assert [name for _, name in drawn("❤️©️1️⃣")] == ["Noto Color Emoji"]
    assert [name for _, name in drawn("☕\ufe0e")] == ["DejaVu Sans Bold"]


def test_a_symbol_that_only_the_emoji_font_has_is_drawn_by_it() -> None:
    assert [name for _, name in drawn("🌶")] == ["Noto Color Emoji"]


def test_a_new_or_private_character_stays_missing() -> None:
    assert missing_characters("a\U0001faff\ue123", BLACK) == {"\U0001faff", "\ue123"}


def test_the_width_is_that_of_all_runs_at_one_em() -> None:
    face = fonts.load(BLACK)
    em = 100 * face.em / face.height
    # The advance of an emoji is 1275 units of an em of 1024.
    emoji = em * 1275 / 1024
    assert text_width("🎉", BLACK, 100) == pytest.approx(emoji)
    assert text_width("a 🎉👍🏽 b", BLACK, 100) == pytest.approx(
        text_width("a ", BLACK, 100) + 2 * emoji + text_width(" b", BLACK, 100)
    )
    assert text_width("字", BLACK, 100) == pytest.approx(em)
    assert text_width("", BLACK, 100) == 0


def test_a_font_of_a_package_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FONTS, "Absent", ("font-absent", "font_absent", "files/Absent.ttf"))
    with pytest.raises(DependencyMissing, match="font_missing"):
        fonts.load("Absent")


def test_a_file_that_is_no_font(tmp_path: Path) -> None:
    (tmp_path / "a.ttf").write_bytes(b"no font")
    with pytest.raises(InvalidInput, match="not_a_font"):
        fonts.register("a" * 64, tmp_path / "a.ttf")
