"""Files whose content is not what their name says."""

import random
import zlib
from collections.abc import Iterator

from pytoon_pipeline_tests.harness.hostile_files.base import HEARD, MOVING, STILL, Recipe, base, files, picture


def wrong_type(rng: random.Random) -> Iterator[Recipe]:
    contents = {
        "empty": b"", "one byte": b"\0", "text": b"Dear Sir or Madam,\n" * 999, "json": b'{"media": []}',
        "random": rng.randbytes(99_999), "zeros": bytes(1 << 20), "elf": b"\x7fELF" + rng.randbytes(5000),
        "pdf": b"%PDF-1.7\n1 0 obj\n<</Length 9>>\nstream\n" + rng.randbytes(999),
        "zip": b"PK\x03\x04" + zlib.compress(bytes(1 << 20)),
        "gzip bomb": b"\x1f\x8b\x08" + zlib.compress(bytes(1 << 25)),
        "svg": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb">]><svg>&b;</svg>',
        "html": b"<html><video src=x>",
        "ftyp alone": b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2", "riff alone": b"RIFF\xff\xff\xff\xffWAVE",
        "ebml alone": b"\x1a\x45\xdf\xa3\x01\xff\xff\xff\xff\xff\xff\xff", "tiff": still_as("TIFF"),
        "bmp": still_as("BMP"),
        "subtitles": b"1\n00:00:00,000 --> 00:00:02,000\nHello\n",
        "raw h264 start": b"\0\0\0\1\x67" + rng.randbytes(4000),
    }  # fmt: skip
    for name, data in contents.items():
        yield files(f"{name}.mp4", data)
    for name in ("elf", "random", "gzip bomb"):
        for ending in ("png", "jpg", "gif"):
            yield files(f"{name}.{ending}", contents[name])
    yield files("tail of junk.mp4", base("plain.mp4") + rng.randbytes(200_000))
    yield files("two in one.mp4", base("plain.mp4") + base("old.mov"))


def wrong_extension(rng: random.Random) -> Iterator[Recipe]:
    names = [*MOVING, *HEARD, *STILL]
    for name, other in zip(names, names[5:] + names[:5], strict=True):
        yield files(f"really {name.rpartition('.')[2]}.{other.rpartition('.')[2]}", base(name))
    yield files("no extension", base("plain.mp4"))
    yield files("video.exe", base("web.webm"))


def still_as(form: str) -> bytes:
    return picture(form)
