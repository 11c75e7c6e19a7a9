"""Files that are not media are named in the error."""

import gzip
import zipfile
from pathlib import Path

import pytest

from pytoon_pipeline.config.presets import load_limits
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.intake.preflight import preflight_file
from pytoon_pipeline.media.probing import probe
from pytoon_pipeline.media.signatures import picture_form
from pytoon_pipeline.media.structure import structure_of
from pytoon_pipeline_tests.harness import media


def refused(path: Path) -> InvalidInput:
    with pytest.raises(InvalidInput) as raised:
        probe(path)
    return raised.value


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF document"),
        (b"just some words\n", "a text file"),
        (b"\xef\xbb\xbf<!DOCTYPE html><p>404", "a web page"),
        (b"<?xml version='1.0'?><svg xmlns='x'/>", "an SVG drawing"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "an Office document"),
        (b"\xd0\xcf\x11\xe0" + bytes(900) + "WordDocument".encode("utf-16-le"), "a Word document"),
        (b"%PDF-1.7\ntrailer <</Encrypt 5 0 R>>", "a password-protected PDF"),
        (b"%PDF-1.5\nAdobe Illustrator", "an Illustrator document"),
        (gzip.compress(b"<?xml version='1.0'?><PremiereData Version='3'>", mtime=0), "a Premiere project"),
        (gzip.compress(b"anything", mtime=0), "a gzip archive"),
        (b"8BPS\x00\x01" + bytes(60), "a Photoshop document"),
        (b"#EXTM3U\nfilm.mp4\n", "a playlist"),
        (b"OTTO" + bytes(60), "a font"),
        (b"1\n00:00:00,000 --> 00:00:02,000\nHi\n", "a file of subtitles"),
        (b'{"media": []}', "a JSON document"),
        (b"Rar!\x1a\x07\x01\x00" + bytes(20), "a RAR archive"),
        (b"\x7fELF" + bytes(60), "a program"),
        (b"\x00\x01\x02\x03 nothing known \xff\xfe" * 9, "it is not a video"),
    ],
)
def test_files_that_are_not_media_are_named(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(content)
    error = refused(path)
    assert error.code == "not_media"
    assert said in error.message
    assert error.hint


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("word/document.xml", "a Word document"),
        ("xl/workbook.xml", "an Excel workbook"),
        ("Index/Document.iwa", "a Pages document"),
        ("holiday.mp4", "a ZIP archive"),
    ],
)
def test_archives_are_named_by_their_content(tmp_path: Path, entry: str, said: str) -> None:
    path = tmp_path / "a.mp4"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(entry, "x")
    assert said in refused(path).message


@pytest.mark.parametrize(
    ("head", "form"),
    [
        (b"\x00\x00\x00\x0cJXL \x0d\x0a\x87\x0a", "JPEG XL"),
        (b"II*\x00\x08\x00\x00\x00", "TIFF"),
    ],
)
def test_pictures_of_other_formats_are_named(tmp_path: Path, head: bytes, form: str) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(head + bytes(200))
    error = refused(path)
    assert error.code == "picture_format"
    assert form in error.message
    assert "JPEG" in error.hint


@pytest.mark.parametrize(
    ("head", "form"),
    [
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "HEIC"),
        (b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic", "HEIC"),
        (b"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00mif1avif", "AVIF"),
        (b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1avif", "AVIF"),
    ],
)
def test_pictures_that_open_like_videos_are_known(tmp_path: Path, head: bytes, form: str) -> None:
    """To libav, a HEIC file is an MP4 of one frame that is 0.00 s long."""
    path = tmp_path / "a.mp4"
    path.write_bytes(head + bytes(200))
    assert picture_form(path) == form
    with pytest.raises(InvalidInput, match=f"This {form} picture is incomplete or damaged") as raised:
        preflight_file(path, load_limits())
    assert raised.value.code == "picture_damaged"


def test_bought_films_are_encrypted(tmp_path: Path) -> None:
    path = tmp_path / "film.m4v"
    path.write_bytes(b"\x00\x00\x00\x18ftypM4VP" + bytes(200))
    assert refused(path).code == "encrypted"


def test_encrypted_movies_are_named(tmp_path: Path) -> None:
    path = tmp_path / "v.mp4"
    key = "00112233445566778899aabbccddeeff"
    media.video(path, 2, "160x90", "25", True, "-encryption_scheme", "cenc-aes-ctr", "-encryption_key", key,
                 "-encryption_kid", key)  # fmt: skip
    assert b"encv" in path.read_bytes()
    error = refused(path)
    assert error.code == "encrypted"
    assert "DRM" in error.message


def test_encrypted_matroska_is_named(tmp_path: Path) -> None:
    """A track with a ContentEncryption element in place of its padding."""
    path = media.video(tmp_path / "v.mkv", 2, "160x90", "25", False)
    data = path.read_bytes()
    assert not encrypted(data, path)
    # A track entry begins before its number.
    track = data.rfind(b"\xae", 0, data.find(b"\xd7\x81\x01", data.find(b"\x16\x54\xae\x6b")))
    encryption = bytes.fromhex("6d808a62408750338101503580")
    assert len(encryption) == 13
    assert encrypted(grown(data, track, encryption), path)
    assert refused(path).code == "encrypted"


def encrypted(data: bytes, path: Path) -> bool:
    path.write_bytes(data)
    return structure_of(path).encrypted


def grown(data: bytes, track: int, more: bytes) -> bytes:
    """``data`` with ``more`` at the end of the track entry, and the sizes around it made larger."""

    def number(place: int) -> tuple[int, int]:
        length = 9 - data[place].bit_length()
        return int.from_bytes(data[place : place + length], "big") & ((1 << 7 * length) - 1), length

    def widened(place: int, out: bytearray) -> None:
        value, length = number(place)
        out[place : place + length] = ((value + len(more)) | 1 << 7 * length).to_bytes(length, "big")

    out = bytearray(data)
    segment, tracks = data.find(b"\x18\x53\x80\x67") + 4, data.find(b"\x16\x54\xae\x6b") + 4
    for place in (segment, tracks, track + 1):
        widened(place, out)
    size, length = number(track + 1)
    end = track + 1 + length + size
    return bytes(out[:end]) + more + bytes(out[end:])
