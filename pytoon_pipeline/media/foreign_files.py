"""What a file is that is not media, judged by its content: documents, archives, projects of other programs."""

import json
import zipfile
import zlib
from pathlib import Path

HEAD_BYTES = 4096
# Bytes that are read of a file whose kind stands deeper inside.
SEARCHED_BYTES = 1 << 20
STARTS = {
    b"{\\rtf": "a text document (RTF)", b"Rar!\x1a\x07": "a RAR archive", b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive",
    b"BZh": "a bzip2 archive", b"\xfd7zXZ\x00": "an xz archive", b"\x28\xb5\x2f\xfd": "a Zstandard archive",
    b"\x7fELF": "a program", b"MZ": "a program", b"\xcf\xfa\xed\xfe": "a program", b"\xca\xfe\xba\xbe": "a program",
    b"SQLite format 3": "a database", b"#!": "a script", b"bplist00": "a property list",
    b"wOFF": "a font", b"wOF2": "a font", b"OTTO": "a font", b"ttcf": "a font", b"\x00\x01\x00\x00\x00": "a font",
    b"#EXTM3U": "a playlist", b"[playlist]": "a playlist", b"8BPS": "a Photoshop document", b"gimp xcf": "a GIMP image",
    b"%!PS-Adobe": "a PostScript or Illustrator document", b"BLENDER": "a Blender project",
    b"\x06\x06\xed\xf5\xd8\x1d\x46\xe5": "an InDesign document", b"WEBVTT": "a file of subtitles",
    b"d8:announce": "a torrent", b"RIFX": "an After Effects or Director project", b"-----BEGIN": "a key or certificate",
    b"MThd": "a MIDI file, which has notes but no sound",
}  # fmt: skip
# Parts of the names in ZIP archives, in the order in which they decide.
ZIPPED = {
    "word/": "a Word document", "xl/": "an Excel workbook", "ppt/": "a PowerPoint presentation",
    "Index/Presentation": "a Keynote presentation", "Index/Tables": "a Numbers spreadsheet",
    "Index/Document.iwa": "a Pages document", "AndroidManifest.xml": "an Android app",
    "META-INF/MANIFEST.MF": "a program", "pages/pages.json": "a Sketch document", "document.json": "a Sketch document",
    "maindoc.xml": "a Krita image",
}  # fmt: skip
# The first entry of some ZIP archives says what they are.
MIME_TYPES = {
    "epub": "an e-book", "opendocument.text": "an OpenDocument text", "opendocument.spreadsheet": "a spreadsheet",
    "opendocument.presentation": "a presentation", "x-krita": "a Krita image", "openraster": "a layered image",
}  # fmt: skip
# Streams in the file format of older Office programs.
OLD_OFFICE = {"WordDocument": "a Word document", "Workbook": "an Excel workbook", "Book": "an Excel workbook",
              "PowerPoint Document": "a PowerPoint presentation", "EncryptedPackage": "a password-protected document",
              "__substg1": "an e-mail"}  # fmt: skip
MARKUP = {
    b"<svg": "an SVG drawing", b"<fcpxml": "a Final Cut project", b"<xmeml": "a Premiere or Final Cut project",
    b"<premieredata": "a Premiere project", b"<mlt": "a Kdenlive or Shotcut project", b"<playlist": "a playlist",
    b"<smil": "a playlist", b"<asx": "a playlist", b"<!doctype html": "a web page", b"<html": "a web page",
    b"<?xml": "an XML document",
}  # fmt: skip
OLE, GZIP, ZIP, PDF = b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"PK\x03\x04", b"%PDF-"


def kind_of(path: Path) -> str | None:
    """What a file is, for a sentence: “a Word document”; none when it may be media."""
    head = head_of(path)
    if head.startswith(ZIP) or head.startswith(b"PK\x05\x06"):
        return _zip_kind(path)
    if head.startswith(OLE):
        return (
            contains(path, {name.encode("utf-16-le"): kind for name, kind in OLD_OFFICE.items()})
            or "an Office document"
        )
    if head.startswith(GZIP):
        return _gzip_kind(head)
    if head.startswith(PDF):
        return _pdf_kind(path)
    if kind := next((kind for mark, kind in STARTS.items() if head.startswith(mark)), None):
        return kind
    return "a tar archive" if head[257:262] == b"ustar" else _text_kind(head)


def head_of(path: Path) -> bytes:
    """The first bytes of a file."""
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


def _zip_kind(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            mime = archive.read("mimetype")[:80].decode("ascii", "replace") if _has_mime(entries) else ""
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError, zlib.error):
        return "a damaged or incomplete ZIP archive"
    names = "\n".join(entry.filename for entry in entries)
    kind = next((kind for part, kind in MIME_TYPES.items() if part in mime), None)
    kind = kind or next((kind for part, kind in ZIPPED.items() if part in names), None)
    if kind is None and any(entry.flag_bits & 1 for entry in entries):
        return "an encrypted ZIP archive"
    return kind or "a ZIP archive"


def _has_mime(entries: list[zipfile.ZipInfo]) -> bool:
    return bool(entries) and entries[0].filename == "mimetype" and entries[0].file_size < 200


def _gzip_kind(head: bytes) -> str:
    try:
        start = zlib.decompressobj(31).decompress(head, HEAD_BYTES)
    except zlib.error:
        start = b""
    return next(
        (kind for mark, kind in MARKUP.items() if mark in start.lower() and "project" in kind), "a gzip archive"
    )


def _pdf_kind(path: Path) -> str:
    marks = {b"/Encrypt ": "a password-protected PDF document", b"Adobe Illustrator": "an Illustrator document"}
    return contains(path, marks) or "a PDF document"


def contains(path: Path, marks: dict[bytes, str]) -> str | None:
    """The kind whose mark stands in the first or the last part of a file."""
    with path.open("rb") as file:
        data = file.read(SEARCHED_BYTES)
        file.seek(max(file.tell(), path.stat().st_size - SEARCHED_BYTES))
        data += file.read(SEARCHED_BYTES)
    return next((kind for mark, kind in marks.items() if mark in data), None)


def _text_kind(head: bytes) -> str | None:
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith(tuple(MARKUP)):
        return next(kind for mark, kind in MARKUP.items() if mark in text)
    if not _is_text(head):
        return None
    if b" --> " in head:
        return "a file of subtitles"
    return "a JSON document" if _is_json(head) else "a text file"


def _is_json(head: bytes) -> bool:
    if head.lstrip()[:1] not in (b"{", b"["):
        return False
    try:
        json.loads(head)
    except (ValueError, RecursionError):
        return len(head) == HEAD_BYTES and b'"' in head
    return True


def _is_text(head: bytes) -> bool:
    try:
        # The last character may be incomplete.
        text = head.decode("utf-8", "strict" if len(head) < HEAD_BYTES else "ignore")
    except UnicodeDecodeError:
        return False
    return bool(text) and all(char.isprintable() or char in "\t\r\n\f\v" for char in text)
