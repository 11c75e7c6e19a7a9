"""Fonts: those of pip packages and those of brands; which characters they have, and how wide text is in them."""

import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pytoon_pipeline.contracts.errors import DependencyMissing, InvalidInput
from pytoon_pipeline.contracts.suggestions import did_you_mean

# Name in presets → (package, module, file below it). The family name is read from the file.
FONTS = {
    "Roboto Black": ("font-roboto", "font_roboto", "files/Roboto-Black.ttf"),
    "Roboto Bold": ("font-roboto", "font_roboto", "files/Roboto-Bold.ttf"),
    "Roboto Medium": ("font-roboto", "font_roboto", "files/Roboto-Medium.ttf"),
    "Manrope ExtraBold": ("font-manrope", "font_manrope", "files/Manrope-ExtraBold.ttf"),
    "Manrope SemiBold": ("font-manrope", "font_manrope", "files/Manrope-SemiBold.ttf"),
    "Source Serif Bold": ("font-source-serif-pro", "font_source_serif_pro", "files/SourceSerifPro-Bold.ttf"),
    "Source Serif Semibold": ("font-source-serif-pro", "font_source_serif_pro", "files/SourceSerifPro-Semibold.ttf"),
    "Fredoka One": ("font-fredoka-one", "font_fredoka_one", "files/FredokaOne-Regular.ttf"),
    "Amatic Bold": ("font-amatic-sc", "font_amatic_sc", "files/AmaticSC-Bold.ttf"),
    "Caladea Bold": ("font-caladea", "font_caladea", "files/Caladea-Bold.ttf"),
    "DejaVu Sans Bold": ("matplotlib", "matplotlib", "mpl-data/fonts/ttf/DejaVuSans-Bold.ttf"),
    "DejaVu Sans": ("matplotlib", "matplotlib", "mpl-data/fonts/ttf/DejaVuSans.ttf"),
}
# Fallbacks, in this order, for characters that the wanted font does not have.
FALLBACKS = ("DejaVu Sans Bold", "DejaVu Sans")
# Joiners, variation selectors and direction marks shape their neighbours and need no glyph of their own.
INVISIBLE = {*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), *range(0xFE00, 0xFE10)}

CONFIGURATION = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{folder}</dir>
  <cachedir>{cache}</cachedir>
</fontconfig>
"""

# Font files of brands, by the SHA-256 of their content, which is also their name in plans.
_files: dict[str, Path] = {}


@dataclass(frozen=True)
class Font:
    """One font file. ``height`` is the distance from ascender to descender, which libass takes as the font size;
    ``ascent`` the part of it above the baseline, ``cap_height`` the height of capitals, ``em`` the em square, all in
    units of the font.
    """

    name: str
    file: Path
    family: str
    bold: bool
    height: int
    ascent: int
    cap_height: int
    em: int
    characters: frozenset[int] = field(repr=False)

    def missing(self, text: str) -> set[str]:
        """Characters of ``text`` that would be drawn as boxes."""
        return {char for char in text if ord(char) not in self.characters and not invisible(char)}

    def width(self, text: str, size: float) -> float:
        """Width of ``text`` on one line in pixels, shaped as libass shapes it."""
        _, buffer = self.shape(text)
        return float(size * sum(place.x_advance for place in buffer.glyph_positions or ()) / self.height)

    def shape(self, text: str, direction: str | None = None) -> tuple[Any, Any]:
        """The HarfBuzz font, and the buffer with the glyphs of ``text`` from left to right, in units of the font.

        ``direction`` is *ltr* or *rtl*; by default that of the text's script.
        """
        import uharfbuzz

        buffer = uharfbuzz.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        if direction is not None:
            buffer.direction = direction
        shaper = _shaper(self.file)
        uharfbuzz.shape(shaper, buffer)
        return shaper, buffer


def invisible(char: str) -> bool:
    """Whether a character needs no glyph: space, control codes, joiners, variation selectors."""
    return char.isspace() or ord(char) in INVISIBLE or unicodedata.category(char) in ("Cc", "Cf")


def printed(char: str) -> bool:
    """Whether a character reaches the text engine; control codes are replaced by spaces before that."""
    return ord(char) in INVISIBLE or unicodedata.category(char) not in ("Cc", "Cf", "Zl", "Zp")


def register(name: str, file: Path) -> str:
    """Makes a font file usable under ``name``. Raises ``InvalidInput`` when it is not a font."""
    if _files.get(name) != file:
        # Another copy: the one that was loaded before may be gone.
        _files[name] = file
        load.cache_clear()
    return load(name).name


@lru_cache
def load(name: str) -> Font:
    """A font by its name. Raises ``InvalidInput`` for an unknown font, ``DependencyMissing`` for a missing file."""
    from fontTools.ttLib import TTFont, TTLibError

    file = _find(name)
    try:
        with TTFont(file, lazy=True) as font:
            names = font["name"]
            return Font(
                name=name,
                file=file,
                family=str(names.getDebugName(1)),
                bold=bool(font["head"].macStyle & 1),
                height=font["OS/2"].usWinAscent + font["OS/2"].usWinDescent,
                ascent=font["OS/2"].usWinAscent,
                # Version 1 of the table does not have it; 70 % of the em is usual.
                cap_height=getattr(font["OS/2"], "sCapHeight", 0) or round(0.7 * font["head"].unitsPerEm),
                em=font["head"].unitsPerEm,
                characters=frozenset(font.getBestCmap()),
            )
    except (TTLibError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInput(
            "not_a_font",
            f"the font file “{file.name[:40]}” is damaged, or not a font.",
            "Replace it with another .ttf or .otf file, or write the name of one of Pytoon's fonts in the brand.",
        ) from error
    except OSError as error:
        raise DependencyMissing(
            "font_missing", f"The font “{name[:40]}” cannot be read.", "Restore its file."
        ) from error


def exists(name: str) -> bool:
    """Whether a font comes with Pytoon or was registered."""
    return name in _files or name in FONTS


def unknown_font(name: str) -> InvalidInput:
    """The error for a font that does not exist."""
    hint = f"{did_you_mean(name, FONTS)}Choose one of: {', '.join(FONTS)}."
    return InvalidInput("unknown_font", f"there is no font “{name[:80]}”.", hint)


def _find(name: str) -> Path:
    if name in _files:
        return _files[name]
    if name not in FONTS:
        raise unknown_font(name)
    package, module, below = FONTS[name]
    try:
        return Path(str(import_module(module).__file__)).parent / below
    except ImportError as error:
        raise DependencyMissing(
            "font_missing", f"The font “{name}” is not installed.", f"Install the package {package}."
        ) from error


@lru_cache
def _shaper(file: Path) -> Any:
    import uharfbuzz

    return uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(file))))


def with_fallbacks(name: str) -> list[Font]:
    """The font, and the fallbacks for characters that it does not have."""
    return [load(one) for one in dict.fromkeys((name, *FALLBACKS))]


def missing_characters(text: str, name: str) -> set[str]:
    """Characters of ``text`` that neither the font nor a fallback has."""
    return set.intersection(*(font.missing(text) for font in with_fallbacks(name)))


def unknown(text: str) -> set[str]:
    """Characters of ``text`` that none of the fonts of Pytoon has."""
    left = set() if text.isascii() else set.intersection(*(load(name).missing(text) for name in FALLBACKS))
    for name in FONTS:
        left &= load(name).missing("".join(left)) if left else left
    return left


def fitting(word: str, name: str) -> Font:
    """The font for ``word``: the wanted one, or the first fallback that has all of it."""
    fonts = with_fallbacks(name)
    return next((font for font in fonts if not font.missing(word)), fonts[0] if len(fonts) == 1 else fonts[1])


def text_width(text: str, name: str, size: float) -> float:
    """Width of one line in pixels, with fallbacks as they are drawn: word by word."""
    font = load(name)
    if not font.missing(text):
        return font.width(text, size)
    words = text.split(" ")
    return sum(fitting(word, name).width(word, size) for word in words) + font.width(" ", size) * (len(words) - 1)


def identity(*names: str) -> str:
    """Identifies the files of these fonts: packages with versions, and hashes of brands' own files."""
    own = sorted({name[:16] for name in names if name in _files})
    packages = sorted({FONTS[font][0] for font in (*names, *FALLBACKS) if font in FONTS})
    return ", ".join([f"{package} {version(package)}" for package in packages] + own)


def configure(folder: Path, *fonts: Font) -> Path:
    """Copies fonts into ``folder`` with a fontconfig file that lists only them, so that system fonts have no effect.

    Returns the path of that file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for font in fonts:
        target = folder / font.file.with_suffix(font.file.suffix or ".ttf").name
        if not target.exists():
            target.write_bytes(font.file.read_bytes())
    file = folder / "fonts.conf"
    file.write_text(CONFIGURATION.format(folder=folder, cache=folder / "cache"))
    return file
