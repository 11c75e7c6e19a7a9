"""Names of speakers and descriptions of sounds are not speech."""

import pytest

from pytoon_pipeline.analysis.speech.subtitle_tags import without_tags

TAGGED = [
    ("NAR: This is it", "This is it", ("NAR:",)),
    ("[MUSIC] Hello", "Hello", ("[MUSIC]",)),
    ("(LAUGHS) No.", "No.", ("(LAUGHS)",)),
    ("(laughing)", "", ("(laughing)",)),
    ("♪ la la ♪", "la la", ("♪", "♪")),
    (">> JOHN: Hi. >> Mary Ann: Hello", "Hi. Hello", (">> JOHN:", ">> Mary Ann:")),
    (">> so we go", "so we go", (">>",)),
    ("DR. LEE: Really? MAN 1: Yes.", "Really? Yes.", ("DR. LEE:", "MAN 1:")),
    ("- JOHN: Hi - MARY: Hello", "Hi Hello", ("JOHN:", "MARY:")),
    ("NARRATOR (V.O.): In 1969", "In 1969", ("(V.O.)", "NARRATOR :")),
    ("JOHN:", "", ("JOHN:",)),
]
SPOKEN = [
    "Warning: hot", "At 10:30 we go", "Plan A: go", "We like TV: it is fine", "(2024) was good", "注意: この",
    "(that is, the big one) is here", "राम: नमस्ते", "WE HAVE ONE RULE: NEVER STOP", "a [b",
]  # fmt: skip


@pytest.mark.parametrize(("text", "spoken", "tags"), TAGGED)
def test_tags_are_taken_out(text: str, spoken: str, tags: tuple[str, ...]) -> None:
    assert without_tags(text) == (spoken, tags)


@pytest.mark.parametrize("text", SPOKEN)
def test_speech_stays(text: str) -> None:
    assert without_tags(text) == (text, ())
