"""What a file is that is not media, judged by its first bytes; and the errors for such files."""

from pathlib import Path

from pytoon_pipeline.contracts.errors import InvalidInput

HEAD_BYTES = 4096
STILL_BRANDS = {b"heic": "HEIC", b"heix": "HEIC", b"heim": "HEIC", b"heis": "HEIC", b"mif1": "HEIC", b"msf1": "HEIC",
                b"hevc": "HEIC", b"hevx": "HEIC", b"avif": "AVIF", b"avis": "AVIF"}  # fmt: skip
PICTURES = {
    b"II*\x00": "TIFF", b"MM\x00*": "TIFF", b"BM": "BMP", b"8BPS": "Photoshop", b"\x00\x00\x01\x00": "icon",
    b"\x00\x00\x00\x0cJXL ": "JPEG XL", b"\xff\x0a": "JPEG XL", b"\x00\x00\x00\x0cjP  ": "JPEG 2000",
}  # fmt: skip
OTHERS = {
    b"%PDF-": "a PDF document", b"{\\rtf": "a text document (RTF)", b"\xd0\xcf\x11\xe0": "an Office document",
    b"Rar!\x1a\x07": "a RAR archive", b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive", b"\x1f\x8b": "a gzip archive",
    b"BZh": "a bzip2 archive", b"\xfd7zXZ\x00": "an xz archive", b"\x7fELF": "a program", b"MZ": "a program",
    b"SQLite format 3": "a database", b"#!": "a script", b"bplist00": "a property list", b"wOFF": "a font",
    b"wOF2": "a font", b"OTTO": "a font", b"\x00\x01\x00\x00\x00": "a font", b"#EXTM3U": "a playlist",
}  # fmt: skip
# Kinds of ZIP archives, by the names of their first entries.
ZIPPED = {
    b"word/": "a Word document", b"xl/": "an Excel workbook", b"ppt/": "a PowerPoint presentation",
    b"mimetypeapplication/epub": "an e-book", b"mimetypeapplication/vnd.oasis": "an OpenDocument file",
}  # fmt: skip
MARKUP = {
    b"<svg": "an SVG drawing",
    b"<!doctype html": "a web page",
    b"<html": "a web page",
    b"<?xml": "an XML document",
}


def refuse_stills(path: Path) -> None:
    """Raises ``InvalidInput`` for an image format that is not supported: some open like videos of one frame."""
    if form := _still(_head(path)):
        raise _picture(form)


def not_media(path: Path) -> InvalidInput:
    """The error for a file that is not media; it says what the file is where that is known."""
    head = _head(path)
    if form := _still(head) or next((name for mark, name in PICTURES.items() if head.startswith(mark)), None):
        return _picture(form)
    if kind := _kind(head):
        return InvalidInput(
            "not_media", f"This is {kind}, not a video, picture or audio file.",
            "Upload the media file itself: MP4, MOV or WebM; PNG, JPEG or WebP; WAV, MP3 or M4A.",
        )  # fmt: skip
    if head[4:8] in (b"ftyp", b"mdat", b"wide", b"free"):
        return InvalidInput(
            "not_media",
            "This MP4 or MOV cannot be read: its index is missing or damaged.",
            "The recording or the upload was interrupted: upload the complete file again.",
        )
    return InvalidInput(
        "not_media",
        "This file cannot be read as a video: it is not a video, or it is incomplete or damaged.",
        "Open it in a player. If it does not play there, export it again as MP4.",
    )


def encrypted() -> InvalidInput:
    return InvalidInput(
        "encrypted", "This file is encrypted (DRM): its video or audio cannot be read.",
        "Upload an unprotected copy, such as your own recording or export.",
    )  # fmt: skip


def _still(head: bytes) -> str | None:
    return STILL_BRANDS.get(head[8:12]) if head[4:8] == b"ftyp" else None


def _picture(form: str) -> InvalidInput:
    return InvalidInput(
        "picture_format", f"{form} pictures are not supported.",
        "Save or export it as JPEG, PNG or WebP. On an iPhone, choose Settings, Camera, Formats, Most Compatible."
        if form == "HEIC" else "Save or export it as JPEG, PNG or WebP.",
    )  # fmt: skip


def _kind(head: bytes) -> str | None:
    if head.startswith(b"PK\x03\x04"):
        return next((name for mark, name in ZIPPED.items() if mark in head), "a ZIP archive")
    if found := next((name for mark, name in OTHERS.items() if head.startswith(mark)), None):
        return found
    if head[257:262] == b"ustar":
        return "a tar archive"
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if found := next((name for mark, name in MARKUP.items() if text.startswith(mark)), None):
        return "an SVG drawing" if b"<svg" in text else found
    return "a text file" if _is_text(head) else None


def _is_text(head: bytes) -> bool:
    try:
        # The last character may be incomplete.
        text = head.decode("utf-8", "strict" if len(head) < HEAD_BYTES else "ignore")
    except UnicodeDecodeError:
        return False
    return bool(text) and all(char.isprintable() or char in "\t\r\n\f\v" for char in text)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)
