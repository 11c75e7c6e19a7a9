"""Makes the fonts in pytoon_pipeline/media/font_files: parts of the Noto fonts, under their SIL Open Font License.

Run ``python samples/font_subsets.py`` on Debian 12 with npm; it downloads about 290 MB. The emoji are the vectors
(COLR version 1) of Noto Color Emoji, all of them. The other fonts have the characters of one script in two weights,
without Latin letters and hinting; those of East Asia have the characters of the national standards for everyday use.
"""

import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

from pytoon_pipeline.media.fallback_fonts import BOLD, CHECKSUMS, EMOJI, FILES, HEAVY, SCRIPT_FONTS

EMOJI_PACKAGE = "@fontsource/noto-color-emoji@5.3.2"
EMOJI_FILE = "package/files/noto-color-emoji-emoji-400-normal.woff"
DEBIAN_PACKAGES = ("fonts-noto-core", "fonts-noto-extra", "fonts-noto-cjk", "fonts-noto-cjk-extra")
FOLDER = Path("usr/share/fonts")
COLLECTION = ("Noto Sans CJK JP", "Noto Sans CJK KR", "Noto Sans CJK SC")
# Before this code point lie Latin letters and signs, which the wanted font has.
FIRST_OTHER = 0x0300
# Punctuation, kana, Bopomofo, and wide and narrow forms.
EAST_ASIAN_SIGNS = (range(0x3000, 0x3130), range(0x31F0, 0x3200), range(0xFF00, 0xFFEF))


def main() -> None:
    FILES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        make_emoji(Path(folder))
        for package in DEBIAN_PACKAGES:
            run("apt-get", "download", package, folder=folder)
        for package in sorted(Path(folder).glob("*.deb")):
            run("dpkg-deb", "-x", package.name, ".", folder=folder)
        for family in sorted(set(SCRIPT_FONTS.values())):
            for style in (HEAVY, BOLD):
                make_font(Path(folder) / FOLDER, family, style)
    write_checksums()


def run(*command: str, folder: str) -> None:
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)


def make_emoji(folder: Path) -> None:
    """Noto Color Emoji without its second copy of the pictures as SVG, and without metrics for vertical text."""
    run("npm", "pack", "--silent", EMOJI_PACKAGE, folder=str(folder))
    (package,) = folder.glob("*.tgz")
    with tarfile.open(package) as files:
        data = files.extractfile(EMOJI_FILE)
        assert data is not None
        font = TTFont(data, recalcTimestamp=False)
        font.flavor = None
        for table in ("SVG ", "vhea", "vmtx"):
            del font[table]
        font.save(FILES / f"{EMOJI.replace(' ', '')}.ttf")


def make_font(folder: Path, family: str, style: str) -> None:
    stem = family.replace(" ", "")
    if family in COLLECTION:
        file = folder / "opentype/noto" / f"NotoSansCJK-{style}.ttc"
        font = TTFont(file, fontNumber=COLLECTION.index(family), recalcTimestamp=False)
        characters = {ord(char) for char in everyday(family)} | {code for part in EAST_ASIAN_SIGNS for code in part}
        characters |= set(range(0x3130, 0x3190)) if family.endswith("KR") else set()
        features = ["kern", "mark", "mkmk", "ccmp", "ljmo", "vjmo", "tjmo", "calt"]
        target = FILES / f"{stem}-{style}.otf"
    else:
        font = TTFont(folder / "truetype/noto" / f"{stem}-{style}.ttf", recalcTimestamp=False)
        characters = {code for code in font.getBestCmap() if code >= FIRST_OTHER}
        features = ["*"]
        target = FILES / f"{stem}-{style}.ttf"
    options = subset.Options(
        layout_features=features, hinting=False, notdef_outline=True, name_IDs=["*"], glyph_names=False
    )
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    font.save(target)
    print(target.name, target.stat().st_size, file=sys.stderr)


def write_checksums() -> None:
    files = sorted(file for file in FILES.iterdir() if file.suffix in (".ttf", ".otf"))
    CHECKSUMS.write_text("".join(f"{sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files))


def everyday(family: str) -> str:
    """Characters of the national standards: GB 2312 level 1 and Big5 level 1, JIS X 0208 level 1, KS X 1001."""
    if family.endswith("SC"):
        big5 = characters_of("big5", range(0xA4, 0xC7), [*range(0x40, 0x7F), *range(0xA1, 0xFF)])
        return big5 + characters_of("gb2312", range(0xB0, 0xD8), range(0xA1, 0xFF))
    codec, rows = {"JP": ("euc_jp", range(0xB0, 0xD0)), "KR": ("euc_kr", range(0xB0, 0xC9))}[family[-2:]]
    return characters_of(codec, rows, range(0xA1, 0xFF))


def characters_of(codec: str, rows: Iterable[int], columns: Iterable[int]) -> str:
    """The characters at these two bytes of a character set."""
    pairs = [bytes([row, column]) for row in rows for column in columns]
    return "".join(pair.decode(codec, "ignore") for pair in pairs)


if __name__ == "__main__":
    main()
