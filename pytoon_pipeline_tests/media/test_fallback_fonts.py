"""The fonts that ship with the package: whole, licensed, and of both weights."""

from hashlib import sha256

from pytoon_pipeline.media import fonts
from pytoon_pipeline.media.fallback_fonts import CHECKSUMS, EMOJI, FILES, SCRIPT_FONTS, fallback_names, shipped_names


def test_the_files_are_those_of_the_checksums() -> None:
    listed = dict(line.split()[::-1] for line in CHECKSUMS.read_text().splitlines())
    found = {file.name: sha256(file.read_bytes()).hexdigest() for file in FILES.glob("*.?tf")}
    assert found == listed
    assert found.keys() == {fonts.load(name).file.name for name in shipped_names()}
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FILES / "OFL.txt").read_text()


def test_a_heavy_font_gets_heavy_fallbacks() -> None:
    for script in SCRIPT_FONTS:
        heavy, bold = fallback_names(script, 900)[0], fallback_names(script, 700)[0]
        assert (fonts.load(heavy).weight, fonts.load(bold).weight) == (900, 700)


def test_symbols_come_before_letters_for_signs_of_no_script() -> None:
    assert fallback_names("Zyyy", 700)[:2] == ("Roboto Bold", "DejaVu Sans Bold")
    assert EMOJI in shipped_names()
