"""Fonts that come with pip packages: where they are, which characters they have, how wide text is."""

from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from pytoon_pipeline.contracts.errors import BadInput, MissingPart

# Name in presets → (package, module, file below it). The family that a file names itself is read from the file.
FONTS = {
    "Roboto Black": ("font-roboto", "font_roboto", "files/Roboto-Black.ttf"),
    "Roboto Bold": ("font-roboto", "font_roboto", "files/Roboto-Bold.ttf"),
    "Roboto Medium": ("font-roboto", "font_roboto", "files/Roboto-Medium.ttf"),
    "DejaVu Sans Bold": ("matplotlib", "matplotlib", "mpl-data/fonts/ttf/DejaVuSans-Bold.ttf"),
}
# Asked, in this order, for characters that the wanted font lacks.
FALLBACKS = ("DejaVu Sans Bold",)

CONFIGURATION = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{folder}</dir>
  <cachedir>{cache}</cachedir>
</fontconfig>
"""


@dataclass(frozen=True)
class Font:
    """One font file. ``advances`` are widths of characters as fractions of libass's font size."""

    name: str
    file: Path
    family: str
    bold: bool
    advances: dict[int, float]

    def missing(self, text: str) -> set[str]:
        """Characters of ``text`` that would be drawn as boxes."""
        return {char for char in text if ord(char) not in self.advances and not char.isspace()}

    def width(self, text: str, size: float) -> float:
        """Width of ``text`` on one line in pixels, without kerning."""
        return size * sum(self.advances.get(ord(char), 0.6) for char in text)


@lru_cache
def load(name: str) -> Font:
    """A font by its name in presets. Raises ``BadInput`` for an unknown one, ``MissingPart`` when it is gone."""
    from fontTools.ttLib import TTFont

    if name not in FONTS:
        raise BadInput("unknown_font", f"There is no font “{name}”.", f"Use one of: {', '.join(FONTS)}.")
    package, module, below = FONTS[name]
    try:
        file = Path(str(import_module(module).__file__)).parent / below
        font = TTFont(file, lazy=True)
    except (ImportError, OSError) as error:
        raise MissingPart(
            "font_missing", f"The font “{name}” is not installed.", f"Install the package {package}."
        ) from error
    with font:
        # libass takes the font size as the distance from ascender to descender.
        height = font["OS/2"].usWinAscent + font["OS/2"].usWinDescent
        metrics = font["hmtx"]
        advances = {code: metrics[glyph][0] / height for code, glyph in font.getBestCmap().items()}
        names = font["name"]
        return Font(
            name=name,
            file=file,
            family=str(names.getDebugName(1)),
            bold=bool(font["head"].macStyle & 1),
            advances=advances,
        )


def identity(name: str) -> str:
    """The packages that decide how text in this font looks."""
    packages = sorted({FONTS[font][0] for font in (name, *FALLBACKS) if font in FONTS})
    return ", ".join(f"{package} {version(package)}" for package in packages)


def configure(folder: Path, *fonts: Font) -> Path:
    """Copies fonts into ``folder`` with a fontconfig file that knows only them: what a system has changes nothing.

    Gives the path of that file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for font in fonts:
        target = folder / font.file.name
        if not target.exists():
            target.write_bytes(font.file.read_bytes())
    file = folder / "fonts.conf"
    file.write_text(CONFIGURATION.format(folder=folder, cache=folder / "cache"))
    return file
