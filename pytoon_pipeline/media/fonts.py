"""Fonts: those of pip packages and those of brands; which characters they have, and how wide text is in them."""

import struct
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from pytoon_pipeline.contracts.errors import DependencyMissing, InvalidInput
from pytoon_pipeline.contracts.suggestions import did_you_mean
from pytoon_pipeline.media.fallback_fonts import EMOJI, fallback_names, shipped_digest, shipped_file
from pytoon_pipeline.media.text_runs import COMMON, FIRST_EMOJI, ScriptRun, script_runs
from pytoon_pipeline.media.text_runs import EMOJI as EMOJI_SCRIPT
from pytoon_pipeline.runtime.versions import version

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
# Weights of fonts whose strokes are heavier or lighter than the weight that they declare says elsewhere.
WEIGHTS = {"Fredoka One": 900, "Manrope ExtraBold": 700}
# Where OpenType keeps unitsPerEm and macStyle in the table head; and version, usWeightClass, usWinAscent, usWinDescent
# and sCapHeight in the table OS/2.
HEAD_FIELDS, OS2_FIELDS, OS2_CAP_HEIGHT = (18, 44), (0, 4, 74, 76), 88
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
    """One font file. ``height`` is the distance from ascender to descender, which sizes of text are;
    ``ascent`` the part of it above the baseline, ``cap_height`` the height of capitals, ``em`` the em square, all in
    units of the font. ``weight`` is that of OpenType, 400 for regular.
    """

    name: str
    file: Path
    family: str
    bold: bool
    height: int
    ascent: int
    cap_height: int
    em: int
    weight: int
    characters: frozenset[int] = field(repr=False)

    @property
    def colour(self) -> bool:
        """Whether its glyphs have colours of their own: emoji."""
        return self.name == EMOJI

    def missing(self, text: str) -> set[str]:
        """Characters of ``text`` that would be drawn as boxes."""
        return {char for char in text if ord(char) not in self.characters and not invisible(char)}

    def width(self, text: str, size: float) -> float:
        """Width of ``text`` on one line in pixels, shaped as it is drawn."""
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


class FontRun(NamedTuple):
    """A part of a text that one font draws. ``scale`` is the pixels per unit of that font for text of size 1."""

    text: str
    font: Font
    scale: float

    def width(self, size: float) -> float:
        """The advance in pixels for text of ``size``."""
        _, buffer = self.font.shape(self.text)
        return float(size * self.scale * sum(place.x_advance for place in buffer.glyph_positions or ()))

    def reach(self, size: float) -> tuple[float, float]:
        """How far the ink reaches above and below the baseline in pixels, for text of ``size``."""
        shaper, buffer = self.font.shape(self.text)
        above, below = 0.0, 0.0
        for glyph, place in zip(buffer.glyph_infos, buffer.glyph_positions or (), strict=True):
            # HarfBuzz counts upwards: the height of a glyph is negative.
            if (box := shaper.get_glyph_extents(glyph.codepoint)) is not None:
                top = place.y_offset + box.y_bearing
                above, below = max(above, top), max(below, -(top + box.height))
        return size * self.scale * above, size * self.scale * below


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
        font_runs.cache_clear()
    return load(name).name


@lru_cache
def load(name: str) -> Font:
    """A font by its name. Raises ``InvalidInput`` for an unknown font, ``DependencyMissing`` for a missing file."""
    import uharfbuzz

    file = _find(name)
    try:
        face = _face(file)
        head, os2 = (bytes(face.reference_table(table).data or b"") for table in ("head", "OS/2"))
        ((em,), (style,)) = (struct.unpack_from(">H", head, at) for at in HEAD_FIELDS)
        version, weight, ascent, descent = (struct.unpack_from(">H", os2, at)[0] for at in OS2_FIELDS)
        # Version 1 of the table does not have it; 70 % of the em is usual.
        (cap_height,) = struct.unpack_from(">h", os2, OS2_CAP_HEIGHT) if version >= 2 else (0,)
        return Font(
            name=name,
            file=file,
            family=str(face.get_name(uharfbuzz.OTNameIdPredefined.FONT_FAMILY)),
            bold=bool(style & 1),
            height=ascent + descent,
            ascent=ascent,
            cap_height=cap_height or round(0.7 * em),
            em=em,
            weight=WEIGHTS.get(name, weight),
            characters=frozenset(face.unicodes),
        )
    except (struct.error, uharfbuzz.HarfBuzzError) as error:
        if not file.is_file():
            raise DependencyMissing(
                "font_missing", f"The font “{name[:40]}” cannot be read.", "Restore its file."
            ) from error
        raise InvalidInput(
            "not_a_font",
            f"the font file “{file.name[:40]}” is damaged or not a font.",
            "Replace it with another .ttf or .otf file, or write the name of one of Pytoon's fonts in the brand.",
        ) from error


def exists(name: str) -> bool:
    """Whether a font comes with Pytoon or was registered."""
    return name in _files or name in FONTS or shipped_file(name) is not None


def unknown_font(name: str) -> InvalidInput:
    """The error for a font that does not exist."""
    hint = f"{did_you_mean(name, FONTS)}Choose one of: {', '.join(FONTS)}."
    return InvalidInput("unknown_font", f"there is no font “{name[:80]}”.", hint)


def use_file(name: str, brands: str) -> str:
    """What to do with a font file to use it, as the end of a sentence. ``brands`` is the folder of the brands."""
    colours = "primary: navy, secondary: teal, accent: orange, text: white"
    brand = f"{{title: Mine, fonts: {{headline: {name}, body: {name}}}, colours: {{{colours}}}}}"
    return f"copy it to {brands}/{name}. In the same folder, make a file mine.yaml with this line: {brand}"


def _find(name: str) -> Path:
    if name in _files:
        return _files[name]
    if shipped := shipped_file(name):
        return shipped
    if name not in FONTS:
        raise unknown_font(name)
    package, module, below = FONTS[name]
    # Finding a package does not import it, which takes a second for matplotlib.
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise DependencyMissing(
            "font_missing", f"The font “{name}” is not installed.", f"Install the package {package}."
        )
    return Path(spec.origin).parent / below


@lru_cache
def _shaper(file: Path) -> Any:
    import uharfbuzz

    return uharfbuzz.Font(_face(file))


def _face(file: Path) -> Any:
    import uharfbuzz

    return uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(file)))


@lru_cache(maxsize=8192)
def font_runs(text: str, name: str) -> tuple[FontRun, ...]:
    """The parts of a line in logical order, each with the font that draws it: ``name``, or a fallback of its weight.

    Letters of one script within a word have one font if any has all of them. All fonts have the same em. Characters
    that no font has stay in the wanted one.
    """
    font = load(name)
    if max(text, default="") < FIRST_EMOJI and not font.missing(text):
        return (FontRun(text, font, 1 / font.height),) if text else ()
    parts: list[tuple[str, Font]] = []
    for number, word in enumerate(text.split(" ")):
        if number:
            parts.append((" ", font))
        for run in script_runs(word):
            parts += _drawn_by(run, font)
    joined = [(one, "".join(part for part, _ in group)) for one, group in groupby(parts, key=lambda part: part[1])]
    return tuple(FontRun(part, one, font.em / (font.height * one.em)) for one, part in joined)


def _drawn_by(run: ScriptRun, wanted: Font) -> list[tuple[str, Font]]:
    """The clusters of a run with their fonts."""
    fallbacks = fallback_names(run.near, wanted.weight)
    is_emoji = run.script == EMOJI_SCRIPT
    names = (EMOJI, wanted.name, *fallbacks) if is_emoji else (wanted.name, *fallbacks, EMOJI)

    def first(text: str) -> Font | None:
        return next((font for name in names if not (font := load(name)).missing(text)), None)

    whole = first("".join(run.clusters)) if run.script != COMMON else None
    return [(one, whole or first(one) or wanted) for one in run.clusters]


def missing_characters(text: str, name: str) -> set[str]:
    """Characters of ``text`` that neither the font nor a fallback has."""
    return {char for run in font_runs(text, name) for char in run.font.missing(run.text)}


def unknown(text: str) -> set[str]:
    """Characters of ``text`` that none of the fonts of Pytoon has."""
    left = set() if text.isascii() else missing_characters(text, next(iter(FONTS)))
    for name in FONTS:
        left &= load(name).missing("".join(left)) if left else left
    return left


def text_width(text: str, name: str, size: float) -> float:
    """Width of one line in pixels, each part in the font that draws it."""
    return sum(run.width(size) for run in font_runs(text, name))


def text_reach(text: str, name: str, size: float) -> tuple[float, float]:
    """How far the ink of one line reaches above and below its baseline in pixels, each part in its font."""
    reaches = [run.reach(size) for run in font_runs(text, name)]
    return max((above for above, _ in reaches), default=0.0), max((below for _, below in reaches), default=0.0)


def identity(*names: str) -> str:
    """Identifies the files of these fonts and of the fallbacks: packages with versions, and hashes of files."""
    own = sorted({name[:16] for name in names if name in _files})
    general = fallback_names(COMMON, 0)
    packages = sorted({FONTS[font][0] for font in (*names, *general) if font in FONTS})
    return ", ".join([f"{package} {version(package)}" for package in packages] + [f"Noto {shipped_digest()}"] + own)


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
