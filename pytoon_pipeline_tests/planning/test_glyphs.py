"""Texts with characters that no font has: rejected, or drawn without them on request."""

import json
import re
from pathlib import Path

import pytest

from pytoon_pipeline.contracts.analysis import Word
from pytoon_pipeline.contracts.brand import EndCard
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.intake.uploads import read_upload
from pytoon_pipeline.media import fonts
from pytoon_pipeline.planning.glyphs import check_request, drop_missing_glyphs
from pytoon_pipeline.planning.plan import plan_video
from pytoon_pipeline_tests.harness.plans import edited, footage, plan_inputs, planned, still
from pytoon_pipeline_tests.harness.writing import SENTENCES

JAPANESE, THAI, HINDI = "今日のコーヒー", "กาแฟวันนี้", "आज की कॉफी"
ARABIC, HEBREW, FACE = "قهوة اليوم", "קפה היום", "Good ☺ ❤️ →"
TIBETAN, MONGOLIAN, JAVANESE = "དེ་རིང་གི", "ᠮᠣᠩᠭᠣᠯ", "ꦗꦮ"
# A code point that Unicode keeps for emoji to come.
NEW_EMOJI = "\U0001faff"
UNDRAWN = {"Tibetan": TIBETAN, "Mongolian": MONGOLIAN, "Javanese": JAVANESE, "emoji": f"JOIN {NEW_EMOJI} US"}
DRAWN = {
    "Arabic": ARABIC, "Hebrew": HEBREW, "symbols": FACE, "Cyrillic": "Кофе", "combined": "Cafe\u0301",
    "Japanese": JAPANESE, "Thai": THAI, "Hindi": HINDI, "emoji": "JOIN US 👉 LINK", "joined": "Made by 👩🏽‍💻 us",
    "emoji alone": "🎉", "flag": "🇩🇪", "keycap": "1️⃣ ©️",
}  # fmt: skip


def plan(kind: str, text: str, **wishes: object) -> RenderSpec:
    """A plan with ``text`` in it."""
    if kind == "edit_plan":
        layers = [{"kind": "group", "layers": [{"kind": "banner", "text": "Sale"}, {"kind": "text", "text": text}]}]
        return edited({"scenes": [{"seconds": 2, "layers": layers}]}, **wishes)
    if kind == "text":
        return planned(text=text, archetype="hero", **wishes)
    if kind == "item":
        return planned([still()], archetype="hero", media_wishes=[{"file": "a.png", "text": text}], **wishes)
    return planned([still(transparent=kind == "overlay")], archetype=kind, text=text, **wishes)


FIELDS = {
    "hero": "text", "overlay": "text", "meme": "text", "text": "text", "item": "The text of “a.png”",
    "edit_plan": "edit_plan, 1st scene, 1st layer, 2nd layer, text",
}  # fmt: skip


def texts(spec: RenderSpec) -> str:
    return json.dumps(spec.model_dump(mode="json")["scenes"] + spec.model_dump(mode="json")["overlays"],
                      ensure_ascii=False)  # fmt: skip


@pytest.mark.parametrize("kind", FIELDS)
@pytest.mark.parametrize("written", UNDRAWN)
def test_text_that_cannot_be_drawn_is_rejected_naming_the_characters(kind: str, written: str) -> None:
    text = UNDRAWN[written]
    with pytest.raises(InvalidInput, match="missing_glyphs") as refusal:
        plan(kind, text)
    error = refusal.value
    assert re.match(rf"{FIELDS[kind]}: ", error.message)
    assert ("missing_glyphs=drop" in error.hint) == bool(drop_missing_glyphs(text, "Roboto Black")[0])
    assert fonts.missing_characters(text, "Roboto Black")
    if written == "emoji":
        # A terminal shows no shape for it either: the message says where it stands.
        assert "cannot show the emoji after “JOIN”" in error.message
        assert "Remove the emoji after “JOIN”" in error.hint
    else:
        assert all(char in error.message for char in fonts.missing_characters(text, "Roboto Black"))
    assert "the fallback fonts" in error.message
    assert (written == "Tibetan") == ("NotoSerifTibetan-Bold.ttf of the Debian package fonts-noto-core" in error.hint)


@pytest.mark.parametrize("kind", FIELDS)
@pytest.mark.parametrize("written", DRAWN)
def test_text_that_can_be_drawn_is_accepted(kind: str, written: str) -> None:
    spec = plan(kind, DRAWN[written])
    assert not [note for note in spec.notes if note.code == "characters_left_out"]
    shown = texts(spec).lower()
    # Text without spaces breaks between any two characters.
    assert not set("".join(DRAWN[written].lower().split())) - set(shown)


def test_a_text_of_many_scripts_with_markup_loses_nothing() -> None:
    text = "<b>{\\fs9} 🎉 " + " ".join(SENTENCES.values())
    spec = planned(text=text, archetype="hero", preset="bold-offer")
    assert not [note for note in spec.notes if note.code == "characters_left_out"]
    shown = texts(spec)
    assert not set("".join(text.lower().split())) - set(shown.lower())


@pytest.mark.parametrize("kind", FIELDS)
def test_missing_glyphs_are_dropped_with_a_note_on_request(kind: str) -> None:
    spec = plan(kind, f"Join 👩🏽‍{NEW_EMOJI} us 🎉", missing_glyphs="drop")
    (note,) = [note for note in spec.notes if note.code == "characters_left_out"]
    assert re.match(rf"{FIELDS[kind]}: ", note.message)
    assert "U+1FAFF" in note.message
    shown = texts(spec)
    assert all(word in shown.lower() for word in ("join", "us", "🎉"))
    assert not set(f"👩🏽{NEW_EMOJI}\u200d") & set(shown)


@pytest.mark.parametrize("kind", FIELDS)
@pytest.mark.parametrize("text", [TIBETAN, MONGOLIAN, NEW_EMOJI, f"👩‍{NEW_EMOJI}"])
def test_a_text_that_would_lose_all_its_words_is_always_rejected(kind: str, text: str) -> None:
    with pytest.raises(InvalidInput, match="text_lost"):
        plan(kind, text, missing_glyphs="drop")


def test_private_and_unassigned_characters_do_not_vanish() -> None:
    for char in ("\ue123", NEW_EMOJI):
        with pytest.raises(InvalidInput, match="missing_glyphs"):
            planned(text=f"Sale {char}", archetype="hero")


def test_the_end_card_is_checked_for_missing_glyphs() -> None:
    resolved, media = plan_inputs([still()], archetype="hero", brand="acme")
    assert resolved.brand is not None
    brand = resolved.brand.model_copy(update={"end_card": EndCard(text=TIBETAN)})
    with pytest.raises(InvalidInput, match=r"brand\.end_card\.text"):
        plan_video(resolved.model_copy(update={"brand": brand}), media)


def test_missing_glyphs_are_reported_at_intake(tmp_path: Path) -> None:
    (tmp_path / "request.yaml").write_text(json.dumps({"text": {"hook": "Hello", "beats": ["Fine", f"Now {TIBETAN}"]}}))
    with pytest.raises(InvalidInput, match=r"text, 2nd beat: .* ད"):
        read_upload(tmp_path)
    assert read_upload(tmp_path, sets=["missing_glyphs=drop"]).request.missing_glyphs == "drop"
    check_request(Request(text=" ".join(DRAWN.values())))


def said(*texts: str) -> tuple[Word, ...]:
    return tuple(Word(text=text, start=n * 0.4, end=n * 0.4 + 0.3, confidence=0.9) for n, text in enumerate(texts))


def captions(spec: RenderSpec) -> str:
    return " ".join(cue.text for cue in spec.captions.cues)


@pytest.mark.parametrize(("word", "script"), [(TIBETAN, "Tibetan"), (MONGOLIAN, "Mongolian"), (JAVANESE, "Javanese")])
def test_speech_in_a_script_that_cannot_be_drawn_gets_no_captions_and_a_note(word: str, script: str) -> None:
    spec = planned([footage(4, ((0, 4),), words=said("We", "say", word, "here"))])
    assert captions(spec) == ""
    (note,) = [note for note in spec.notes if note.code == "captions_left_out"]
    assert "item-0" in note.message
    assert script in note.message


def test_one_clip_without_captions_leaves_the_other_its_own() -> None:
    one = footage(4, ((0, 4),), words=said("one", "two"), item="1" * 64)
    other = footage(4, ((0, 4),), words=said(TIBETAN), item="2" * 64)
    spec = planned([one, other])
    assert captions(spec) == "one two"
    assert [note.code for note in spec.notes].count("captions_left_out") == 1


def test_symbols_alone_are_left_out_of_captions_with_a_note() -> None:
    spec = planned([footage(4, ((0, 4),), words=said(NEW_EMOJI, "la", "la\ue123"))])
    assert captions(spec) == "la la"
    (note,) = [note for note in spec.notes if note.code == "characters_left_out"]
    assert "U+1FAFF" in note.message
    assert "U+E123" in note.message


def test_captions_are_dropped_in_part_only_on_request() -> None:
    spec = planned([footage(4, ((0, 4),), words=said("We", "say", TIBETAN))], missing_glyphs="drop")
    assert captions(spec) == "We say"
    assert "ད" in next(note.message for note in spec.notes if note.code == "characters_left_out")


@pytest.mark.parametrize("text", [ARABIC, "Салют", "naïve ☺", JAPANESE, "la la🎵 👏🏽"])
def test_captions_that_can_be_drawn_stay(text: str) -> None:
    spec = planned([footage(4, ((0, 4),), words=said(*text.split()))])
    assert captions(spec) == text
