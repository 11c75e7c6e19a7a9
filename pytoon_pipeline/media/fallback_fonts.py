"""Fonts for scripts that the wanted font does not have, in two weights, and the colour font for emoji.

``samples/font_subsets.py`` makes the files in ``font_files`` from the fonts of the Noto project.
"""

from functools import cache
from hashlib import sha256
from pathlib import Path

FILES = Path(__file__).resolve().parent / "font_files"
# The SHA-256 of each file, in the format of the command sha256sum.
CHECKSUMS = FILES / "SHA256SUMS"
EMOJI = "Noto Color Emoji"
HEAVY, BOLD = "Black", "Bold"
# From this weight on (OpenType usWeightClass), a fallback is heavy.
HEAVY_WEIGHT = 800

# Script (ISO 15924) → name of the font without its weight. Each has a file of both weights.
SCRIPT_FONTS = {
    "Arab": "Noto Sans Arabic",
    "Armn": "Noto Sans Armenian",
    "Beng": "Noto Sans Bengali",
    "Bopo": "Noto Sans CJK SC",
    "Cans": "Noto Sans Canadian Aboriginal",
    "Cher": "Noto Sans Cherokee",
    "Deva": "Noto Sans Devanagari",
    "Ethi": "Noto Sans Ethiopic",
    "Geor": "Noto Sans Georgian",
    "Gujr": "Noto Sans Gujarati",
    "Guru": "Noto Sans Gurmukhi",
    "Hang": "Noto Sans CJK KR",
    "Hani": "Noto Sans CJK SC",
    "Hebr": "Noto Sans Hebrew",
    "Jpan": "Noto Sans CJK JP",
    "Khmr": "Noto Sans Khmer",
    "Knda": "Noto Sans Kannada",
    "Laoo": "Noto Sans Lao",
    "Mlym": "Noto Sans Malayalam",
    "Mymr": "Noto Sans Myanmar",
    "Orya": "Noto Sans Oriya",
    "Sinh": "Noto Sans Sinhala",
    "Taml": "Noto Sans Tamil",
    "Telu": "Noto Sans Telugu",
    "Thaa": "Noto Sans Thaana",
    "Thai": "Noto Sans Thai",
}
# Scripts without a font here, and Han characters beyond everyday use → a Debian package and its font file, which a
# brand can bring.
NOTO = "fonts-noto-core"
OTHER_FONTS = {
    "Adlam": (NOTO, "NotoSansAdlam-Bold.ttf"),
    "Balinese": (NOTO, "NotoSansBalinese-Bold.ttf"),
    "Chakma": (NOTO, "NotoSansChakma-Regular.ttf"),
    "Cham": (NOTO, "NotoSansCham-Bold.ttf"),
    "Han": ("fonts-droid-fallback", "DroidSansFallbackFull.ttf"),
    "Hanifi Rohingya": (NOTO, "NotoSansHanifiRohingya-Bold.ttf"),
    "Javanese": (NOTO, "NotoSansJavanese-Bold.ttf"),
    "Kayah Li": (NOTO, "NotoSansKayahLi-Bold.ttf"),
    "Meetei Mayek": (NOTO, "NotoSansMeeteiMayek-Bold.ttf"),
    "Mongolian": (NOTO, "NotoSansMongolian-Regular.ttf"),
    "New Tai Lue": (NOTO, "NotoSansNewTaiLue-Regular.ttf"),
    "Newa": (NOTO, "NotoSansNewa-Regular.ttf"),
    "Ol Chiki": (NOTO, "NotoSansOlChiki-Bold.ttf"),
    "Osage": (NOTO, "NotoSansOsage-Regular.ttf"),
    "Sundanese": (NOTO, "NotoSansSundanese-Bold.ttf"),
    "Syriac": (NOTO, "NotoSansSyriac-Regular.ttf"),
    "Tai Tham": (NOTO, "NotoSansTaiTham-Bold.ttf"),
    "Tibetan": (NOTO, "NotoSerifTibetan-Bold.ttf"),
    "Vai": (NOTO, "NotoSansVai-Regular.ttf"),
    "Yi": (NOTO, "NotoSansYi-Regular.ttf"),
}
# Each of these lacks characters that the others have.
EAST_ASIAN = ("Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans CJK KR")
# For Latin, Greek and Cyrillic letters, symbols, and scripts that have no font of their own here.
GENERAL = ("DejaVu Sans Bold", "DejaVu Sans")


def fallback_names(script: str, weight: int) -> tuple[str, ...]:
    """Names of the fonts to try for a script (ISO 15924), for text of ``weight`` (OpenType usWeightClass)."""
    style = HEAVY if weight >= HEAVY_WEIGHT else BOLD
    general = (f"Roboto {style}", *GENERAL)
    east_asian = tuple(f"{family} {style}" for family in EAST_ASIAN)
    if script not in SCRIPT_FONTS:
        return (*general, *east_asian)
    own = f"{SCRIPT_FONTS[script]} {style}"
    others = (*east_asian, *general) if own in east_asian else (*general, *east_asian)
    return tuple(dict.fromkeys((own, *others)))


def shipped_file(name: str) -> Path | None:
    """The file of a font of this module; none for another name."""
    return _shipped().get(name)


def shipped_names() -> tuple[str, ...]:
    """Names of all fonts of this module."""
    return tuple(_shipped())


@cache
def shipped_digest() -> str:
    """Identifies the content of all files of this module."""
    return sha256(CHECKSUMS.read_bytes()).hexdigest()[:12]


@cache
def _shipped() -> dict[str, Path]:
    families = sorted(set(SCRIPT_FONTS.values()))
    return {f"{family} {style}": _file(f"{family}-{style}") for family in families for style in (HEAVY, BOLD)} | {
        EMOJI: _file(EMOJI)
    }


def _file(stem: str) -> Path:
    return FILES / f"{stem.replace(' ', '')}{'.otf' if 'CJK' in stem else '.ttf'}"
