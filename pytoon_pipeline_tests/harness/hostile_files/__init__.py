"""Hostile uploads, made from a seed: what breaks off, lies, explodes, points elsewhere or is no media at all.

``make(folder)`` writes each upload into a folder of its own, whose name says its number and family. The families take
turns, so that any count has something of each; those that are drawn at random fill up the rest.
"""

import json
import os
import random
import struct
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from PIL import Image

from pytoon_pipeline.media import ffmpeg

Write = Callable[[Path], object]
# The name of an upload, and what writes it there.
Recipe = tuple[str, Write]

PICTURE, TONE = "testsrc2=size=320x288:rate=25:duration=1.3", "sine=frequency=440:sample_rate=48000:duration=1.3"
MOVING = {
    "plain.mp4": "-c:v libx264 -bf 2 -c:a aac",
    "fragments.mp4": "-c:v libx264 -c:a aac -movflags frag_keyframe+empty_moov",
    "old.mov": "-c:v mpeg4 -c:a pcm_s16le",
    "web.webm": "-c:v libvpx -deadline realtime -c:a libopus",
    "box.mkv": "-c:v libx264 -preset ultrafast -c:a flac",
    "motion.avi": "-c:v mjpeg -pix_fmt yuvj420p -c:a libmp3lame",
    "stream.ts": "-c:v mpeg2video -c:a aac",
    "loop.gif": "-an",
}
HEARD = {"tone.wav": "", "tone.mp3": "-c:a libmp3lame", "tone.m4a": "-c:a aac", "tone.ogg": "-c:a libopus"}
STILL = ("shot.png", "shot.jpg", "shot.webp")
BIG = (1 << 32) - 1


def make(folder: Path, count: int = 300, seed: int = 0) -> list[Path]:
    """Writes ``count`` uploads below ``folder`` and gives their paths: files, folders, links and what is neither."""
    rng = random.Random(seed)
    turns = [(family.__name__, family(rng)) for family in FAMILIES]
    paths: list[Path] = []
    while len(paths) < count:
        for name, recipes in list(turns):
            recipe = next(recipes, None)
            if recipe is None:
                turns.remove((name, recipes))
            elif len(paths) < count:
                place = folder / f"{len(paths):03}-{name}"
                place.mkdir(parents=True)
                paths.append(place / recipe[0])
                recipe[1](paths[-1])
    return paths


# Good media, from which the rest is made


@cache
def base(name: str) -> bytes:
    """A small good file of 1.3 s, or a small picture."""
    if name in STILL:
        return picture(name.rpartition(".")[2])
    inputs = ["-f", "lavfi", "-i", TONE] if name in HEARD else ["-f", "lavfi", "-i", PICTURE, "-f", "lavfi", "-i", TONE]
    return coded(name, *inputs, *(MOVING | HEARD)[name].split())


def coded(name: str, *arguments: str) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        ffmpeg.run(["-v", "error", "-bitexact", *arguments, str(path)])
        return path.read_bytes()


def clip(name: str, source: str, *arguments: str) -> bytes:
    return coded(name, "-f", "lavfi", "-i", source, "-pix_fmt", "yuv420p", *arguments)


def picture(form: str, size: tuple[int, int] = (320, 288), **options: Any) -> bytes:
    width, height = size
    ramp = (np.add.outer(np.arange(height), np.arange(width)) % 256).astype(np.uint8)
    out = BytesIO()
    Image.fromarray(np.dstack([ramp, ramp.T.reshape(ramp.shape), 255 - ramp])).save(
        out, {"jpg": "JPEG"}.get(form, form), **options
    )
    return out.getvalue()


def files(name: str, data: bytes) -> Recipe:
    return name, lambda path: path.write_bytes(data)


# Damage


def truncated(rng: random.Random) -> Iterator[Recipe]:
    while True:
        for name in (*MOVING, *HEARD, *STILL):
            data = base(name)
            yield files(name, data[: int(len(data) * rng.choice((0.01, 0.1, 0.4, 0.8, 0.99)))])


def flipped_header(rng: random.Random) -> Iterator[Recipe]:
    while True:
        for name in (*MOVING, *HEARD, *STILL):
            yield files(name, flipped(base(name), 4, 400, rng.choice((1, 4, 30)), rng))


def flipped_index(rng: random.Random) -> Iterator[Recipe]:
    while True:
        for mark in (b"moov", b"stts", b"stsz", b"stco", b"ctts", b"stsc", b"elst", b"mdhd", b"avcC"):
            data = base("plain.mp4")
            start = data.find(mark) + 4
            yield files("plain.mp4", flipped(data, start, start + 60, rng.choice((1, 3, 12)), rng))
        for name, mark in (("fragments.mp4", b"moof"), ("box.mkv", b"\x16\x54\xae\x6b"), ("motion.avi", b"idx1")):
            start = base(name).find(mark) + 4
            yield files(name, flipped(base(name), start, start + 200, rng.choice((1, 3, 12)), rng))


def flipped_payload(rng: random.Random) -> Iterator[Recipe]:
    while True:
        for name in (*MOVING, *HEARD, *STILL):
            data = base(name)
            yield files(name, flipped(data, 400, len(data), rng.choice((5, 50, 500)), rng))


def zeroed(rng: random.Random) -> Iterator[Recipe]:
    while True:
        for name in (*MOVING, *HEARD, *STILL):
            data = bytearray(base(name))
            start = rng.randrange(len(data))
            end = min(len(data), start + rng.randrange(1, len(data) // 2))
            yield files(name, bytes(data[:start]) + bytes(end - start) + bytes(data[end:]))


def flipped(data: bytes, first: int, last: int, bits: int, rng: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(bits):
        out[rng.randrange(first, max(first + 1, min(last, len(out))))] ^= 1 << rng.randrange(8)
    return bytes(out)


# Files that are something else


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


# Pictures that grow


def picture_bombs(rng: random.Random) -> Iterator[Recipe]:
    yield files("2 giga square.png", png(2**31 - 1, 2**31 - 1, 8, 6, b""))
    yield files("30000 square 1 bit.png", png(30_000, 30_000, 1, 0, zeros(30_000 * 3751)))
    large = png(10_900, 10_900, 8, 6, zeros(10_900 * 43_601))
    yield files("119 megapixels.png", large)
    yield files("119 megapixels, broken off.png", large[: -len(large) // 20])
    yield files("119 megapixels, 16 bits.png", png(10_900, 10_900, 16, 0, zeros(10_900 * 21_801)))
    yield files("119 megapixels, 1 bit.png", png(10_900, 10_900, 1, 0, zeros(10_900 * 1364)))
    small = png(64, 64, 8, 2, zeros(64 * 193))
    for name, kind, content in (
        ("text bomb", b"zTXt", b"Comment\0\0" + zeros(100 << 20)),
        ("long text", b"iTXt", b"Comment\0\1\0\0\0" + zeros(100 << 20)),
        ("profile bomb", b"iCCP", b"icc\0\0" + zeros(100 << 20)),
        ("deep origin", b"tEXt", b"pytoon:generation\0" + b"[" * 200_000),
        ("frames", b"acTL", struct.pack(">II", 2**31 - 1, 0)),
    ):
        yield files(f"{name}.png", small[:33] + chunk(kind, content) + small[33:])
    yield files("sixty texts.png", small[:33] + chunk(b"zTXt", b"Comment\0\0" + zeros(1 << 20)) * 99 + small[33:])
    yield files("no size.png", png(0, 0, 8, 2, b""))
    yield files("seven bits.png", png(100, 100, 7, 2, zeros(99_999)))
    yield files("thin.png", png(1_000_000, 64, 8, 0, zeros(64 * 1_000_001)))
    jpeg = bytearray(base("shot.jpg"))
    at = jpeg.find(b"\xff\xc0")
    jpeg[at + 5 : at + 9] = b"\xff\xdc\xff\xdc"
    yield files("65500 square.jpg", bytes(jpeg))
    yield files("two thousand scans.jpg", many_scans(2000))
    webp = bytearray(picture("webp", (64, 64), lossless=True))
    at = webp.find(b"VP8L") + 9
    webp[at : at + 4] = struct.pack("<I", 10_899 | 10_899 << 14)
    yield files("119 megapixels.webp", bytes(webp))
    solid = BytesIO()
    Image.new("RGB", (8000, 8000), "red").save(solid, "WEBP", lossless=True, method=0, quality=0)
    yield files("64 megapixels in 40 bytes.webp", solid.getvalue())
    yield files("65535 square.gif", gif(65_535, 65_535, 3))
    yield files("20000 square.gif", gif(20_000, 20_000, 3))
    yield files("5000 square, many frames.gif", gif(5900, 5900, 4000))
    yield files("hundred thousand frames.gif", gif(64, 64, 100_000))
    yield files("tiff.png", b"II*\0\x08\0\0\0\xff\xff" + rng.randbytes(9999))


def png(width: int, height: int, bits: int, colour: int, data: bytes) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@cache
def zeros(count: int) -> bytes:
    """So many zeros, deflated."""
    deflate = zlib.compressobj(1)
    whole, rest = divmod(count, 1 << 20)
    parts = [deflate.compress(bytes(1 << 20)) for _ in range(whole)]
    return b"".join([*parts, deflate.compress(bytes(rest)), deflate.flush()])


def many_scans(count: int) -> bytes:
    """A progressive JPEG whose last scan comes again and again."""
    out = BytesIO()
    Image.new("L", (9000, 9000), 128).save(out, "JPEG", progressive=True)
    data = out.getvalue()
    last = data.rfind(b"\xff\xda")
    return data[:last] + data[last:-2] * count + data[-2:]


def gif(width: int, height: int, frames: int) -> bytes:
    """Frames of one pixel on a large canvas, a tenth of a second each."""
    head = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    frame = b"\x21\xf9\4\0\x0a\0\0\0" + b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\2\2\x4c\1\0"
    return head + frame * frames + b"\x3b"


# Headers that lie


def lying_mp4(rng: random.Random) -> Iterator[Recipe]:
    word = struct.Struct(">I").pack
    large, odd = word(BIG), word(2**31)
    for name, box, offset, value, which in (
        ("size of the track", b"tkhd", 80, large + large, 0),
        ("size of the picture", b"avc1", 28, b"\xff\xff\xff\xff", 0),
        ("small size of the picture", b"avc1", 28, b"\0\x10\0\x10", 0),
        ("no time scale", b"mvhd", 16, word(0), 0),
        ("time scale", b"mvhd", 16, large, 0),
        ("time scale of one", b"mdhd", 16, word(1), 0),
        ("time scale of the sound", b"mdhd", 16, word(1), 1),
        ("fast time scale", b"mdhd", 16, large, 0),
        ("duration", b"mvhd", 20, large, 0),
        ("duration of the track", b"mdhd", 20, large, 0),
        ("8 hours", b"mvhd", 20, word(8 * 3600 * 1000), 0),
        ("samples of one size", b"stsz", 8, word(1) + word(60_000_000), 0),
        ("two giga samples", b"stsz", 8, word(1) + odd, 0),
        ("count of sizes", b"stsz", 12, odd, 0),
        ("count of times", b"stts", 8, odd, 0),
        ("long samples", b"stts", 12, word(1) + word(2**31 - 1), 0),
        ("long samples of sound", b"stts", 12, word(1) + word(2**31 - 1), 1),
        ("samples of no length", b"stts", 16, word(0), 0),
        ("slow frames", b"stts", 16, word(12_800_000), 0),
        ("count of offsets", b"ctts", 8, odd, 0),
        ("offset of a picture", b"ctts", 12, word(2**31 - 1) + odd, 0),
        ("count of chunks", b"stco", 8, odd, 0),
        ("place of a chunk", b"stco", 12, large, 0),
        ("samples of a chunk", b"stsc", 16, large, 0),
        ("edit", b"elst", 12, large + odd, 0),
        ("count of edits", b"elst", 8, large, 0),
        ("channels", b"mp4a", 20, b"\xff\xff", 0),
        ("rate of the sound", b"mp4a", 28, large, 0),
        ("shape of pixels", b"pasp", 4, word(1) + word(BIG), 0),
        ("turned by noise", b"tkhd", 44, rng.randbytes(36), 0),
        ("no parameters", b"avcC", 4, bytes(30), 0),
    ):
        yield files(f"{name}.mp4", patched(base("plain.mp4"), box, offset, value, which))
    # A thousand bytes that ask for 60 million entries of an index.
    data = base("plain.mp4")
    for box, offset, value in (
        (b"stsz", 8, word(1) + word(60_000_000)), (b"stsc", 8, word(1) + word(1) + word(60_000_000)),
        (b"stts", 8, word(1) + word(60_000_000) + word(1)),
    ):  # fmt: skip
        data = patched(data, box, offset, value)
    yield files("sixty million samples.mp4", data)
    data = base("fragments.mp4")
    at = data.find(b"trun")
    yield files(
        "sixty million samples in a fragment.mp4", data[: at + 4] + word(0) + word(60_000_000) + data[at + 12 :]
    )
    yield files("boxes in boxes.mp4", data[:28] + b"".join(word(8 * n) + b"moov" for n in range(20_000, 0, -1)))
    yield files("boxes without size.mp4", data[:28] + (word(1) + b"moov" + b"\x7f" + b"\xff" * 7) * 999)
    for count in (90, 5000):
        yield files(f"{count} tracks.mp4", tracks(base("plain.mp4"), count))
    elsewhere = base("old.mov")
    at = elsewhere.find(b"dref") + 12
    entry = word(12 + 12) + b"url \0\0\0\0" + b"/etc/passwd\0"
    yield files("media elsewhere.mov", elsewhere[:at] + entry[: len(entry)] + elsewhere[at + len(entry) :])


def patched(data: bytes, box: bytes, offset: int, value: bytes, which: int = 0) -> bytes:
    """``value`` put at ``offset`` from the name of the box, the first or a later one of that name."""
    at = data.find(box)
    for _ in range(which):
        at = data.find(box, at + 4)
    at += offset
    return data[:at] + value + data[at + len(value) :]


def tracks(data: bytes, count: int) -> bytes:
    """The first track so many times."""
    start = data.find(b"trak") - 4
    track = data[start : start + int.from_bytes(data[start : start + 4], "big")]
    index = data.find(b"moov") - 4
    size = int.from_bytes(data[index : index + 4], "big") + len(track) * (count - 1)
    return data[:index] + struct.pack(">I", size) + data[index + 4 : start] + track * count + data[start + len(track) :]


def lying_others(rng: random.Random) -> Iterator[Recipe]:
    for name in ("web.webm", "box.mkv"):
        data = base(name)
        for what, mark, value in (
            ("size", b"\xb0\x82", b"\xff\xff"),
            ("height", b"\xba\x82", b"\xff\xff"),
            ("rate of the sound", b"\xb5\x88", struct.pack(">d", 1e9)),
            ("slow sound", b"\xb5\x88", struct.pack(">d", 1e-9)),
            ("no rate", b"\xb5\x88", struct.pack(">d", float("nan"))),
            ("channels", b"\x9f\x81", b"\xff"),
            ("duration", b"\x44\x89\x88", struct.pack(">d", float("inf"))),
            ("time scale", b"\x2a\xd7\xb1\x83", b"\xff\xff\xff"),
            ("first time", b"\xe7\x81", b"\xff"),
        ):
            at = data.find(mark) + len(mark)
            yield files(f"{what} of {name}", data[:at] + value + data[at + len(value) :])
        at = data.find(b"\x16\x54\xae\x6b") + 4
        yield files(f"endless tracks of {name}", data[:at] + b"\x01\x7f" + b"\xff" * 6 + data[at + 8 :])
        yield files(
            f"clusters in {name}", data[:300] + b"\x1f\x43\xb6\x75\x01" + bytes(7) + b"\xa3\x10\x7f\xff\xff" * 9999
        )
    for what, rate, channels, bits in (
        ("slow", 1, 1, 16), ("fast", 2**31 - 1, 2, 16), ("rather fast", 190_000_000, 1, 16), ("no rate", 0, 1, 16),
        ("200 channels", 48_000, 200, 16), ("65535 channels", 48_000, 65_535, 16), ("no channel", 48_000, 0, 16),
        ("no bits", 48_000, 1, 0), ("64 bits", 48_000, 1, 65_535),
    ):  # fmt: skip
        yield with_music(f"music, {what}", "tune.wav", wav(rate, channels, bits, rng.randbytes(99_999)))
    mp3, tone = base("tone.mp3"), base("tone.m4a")
    at = max(mp3.find(b"Xing"), mp3.find(b"Info")) + 8
    yield with_music("music, frames", "tune.mp3", mp3[:at] + b"\xff" * 4 + mp3[at + 4 :])
    yield with_music("music, tag", "tune.mp3", b"ID3\4\0\0\x7f\x7f\x7f\x7fAPIC\x7f\x7f\x7f\x7f\0\0" + mp3)
    yield with_music("music, rates", "tune.mp3", mp3 + sound("mp3", "-ar", "16000", "-ac", "2") + mp3)
    leap = struct.pack(">II", 1, 2**31 - 1)
    yield with_music("music, leap", "tune.m4a", patched(tone, b"stts", 12, leap))
    slow = patched(patched(tone, b"mdhd", 16, struct.pack(">I", 1)), b"stts", 12, leap)
    yield with_music("music, great leap", "tune.m4a", slow)
    yield with_music("music, no sound", "tune.m4a", base("shot.png"))
    avi = base("motion.avi")
    for what, mark, offset, value in (
        ("interval", b"avih", 8, b"\0\0\0\0"), ("length", b"avih", 24, b"\xff\xff\xff\xff"),
        ("rate", b"vids", 20, struct.pack("<II", 2**31 - 1, 1)),
        ("slow", b"vids", 20, struct.pack("<II", 2**31 - 1, 1)[::-1]),
        ("size", b"avih", 40, b"\xff\xff\0\0" * 2), ("picture", b"strf", 12, b"\xff\x3f\0\0" * 2),
    ):  # fmt: skip
        yield files(f"{what}.avi", patched(avi, mark, offset, value))


def wav(rate: int, channels: int, bits: int, data: bytes) -> bytes:
    block = channels * bits // 8
    form = struct.pack("<HHIIHH", 1, channels, rate, rate * block & BIG, block & 0xFFFF, bits)
    return b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt \x10\0\0\0" + form + b"data" + struct.pack(
        "<I", len(data)
    ) + data  # fmt: skip


def sound(form: str, *arguments: str) -> bytes:
    return coded(f"tone.{form}", "-f", "lavfi", "-i", TONE, *arguments)


# Honest files of absurd shape


def absurd(rng: random.Random) -> Iterator[Recipe]:
    quick = ("-c:v", "libx264", "-preset", "ultrafast")
    yield files("8000 square.mp4", clip("v.mp4", "color=s=8000x8000:r=25", *quick, "-frames:v", "1"))
    yield files("8000 square.mkv", clip("v.mkv", "color=s=8000x8000:r=25:c=red", "-c:v", "mjpeg", "-frames:v", "2"))
    yield files("16000 wide.webm", clip("v.webm", "color=s=16000x64:r=25", "-c:v", "libvpx", "-frames:v", "30"))
    yield files("thin.mp4", clip("v.mp4", "testsrc2=s=8192x64:r=25:d=1.3", *quick))
    yield files("tiny.mp4", clip("v.mp4", "testsrc2=s=2x2:r=25:d=1.3", *quick))
    yield files("8k with many kept pictures.mp4", clip(
        "v.mp4", "color=s=8192x4320:r=60", "-c:v", "libx264", "-preset", "ultrafast", "-refs", "16", "-bf", "0",
        "-frames:v", "20",
    ))  # fmt: skip
    for name, rate, seconds in (("1000 a second", "1000", 1.3), ("1 a second", "1", 4), ("a day each", "1/86400", 3e5)):
        yield files(f"{name}.mp4", clip("v.mp4", f"testsrc2=s=128x128:r={rate}:d={seconds}", *quick))
    for name, step in (("sparse, an hour", 1800), ("sparse, 8 hours", 7200), ("one in a thousand seconds", 1000)):
        yield files(f"{name}.mkv", clip(
            "v.mkv", f"color=s=128x128:r=25:d=0.16,setpts=N*{step}/TB", "-fps_mode", "passthrough", *quick
        ))  # fmt: skip
    yield files("one frame.mp4", clip("v.mp4", "testsrc2=s=128x128:r=25", *quick, "-frames:v", "1"))
    yield files(
        "varying.mkv", clip("v.mkv", r"testsrc2=s=128x128:r=25:d=3,setpts=N*N*N/TB/900", "-fps_mode", "vfr", *quick)
    )
    for name, shape in (("pixels wide", "200/1"), ("pixels tall", "1/200")):
        yield files(f"{name}.mp4", clip("v.mp4", f"testsrc2=s=128x128:r=25:d=1.3,setsar={shape}", *quick))
    parts = [
        clip("v.ts", f"testsrc2=s={size}:r=25:d=1", *quick, "-output_ts_offset", str(start))
        for start, size in enumerate(("320x288", "1280x64", "96x720"))
    ]
    yield files("changing size.ts", b"".join(parts))
    yield files("noise.mp4", clip("v.mp4", "nullsrc=s=640x480:r=25:d=1.3,noise=alls=100:allf=t", *quick))
    yield files("black.mp4", clip("v.mp4", "color=s=128x128:r=25:d=1.3", *quick))
    for name in HEARD:
        yield files(name, base(name))
    yield files("no streams.mkv", coded("v.mkv", "-f", "lavfi", "-i", PICTURE, "-t", "0", *quick))
    yield files(
        "subtitles only.mkv", coded("v.mkv", "-f", "srt", "-i", "data:,1%0A00:00:00,000 --> 00:00:02,000%0AHi%0A")
    )
    yield files("silent in the middle.mkv", coded(
        "v.mkv", "-f", "lavfi", "-i", PICTURE, "-f", "lavfi",
        "-i", f"{TONE},asetpts='PTS+gt(N,20000)*5000/TB'", *quick, "-c:a", "flac"
    ))  # fmt: skip


# Names and what they point to


def odd_names(rng: random.Random) -> Iterator[Recipe]:
    names: list[str] = [
        "it's \"quoted\".mp4", "line\nbreak.mp4", "-i.mp4", "-y", "--help", "%d.mp4", "%s%n%05d.mp4", "a:b.mp4",
        "back\\slash.mp4",
        "x" * 240 + ".mp4", "Ünïcødé 🎬.mp4", os.fsdecode(b"\xff\xfe\x80.mp4"), "file:etc.mp4", "concat:a|b.mp4",
        "pipe:0",
        "http:video.mp4", "$(touch owned).mp4", "`touch owned`.mp4", ";reboot;.mp4", "\u202egpj.mp4", " ", "...mp4",
        "~.mp4",
        "[in][out]scale=1.mp4", "data:video", "\x1b[31mred\x07.mp4", "CON.mp4", ".mp4", "request.yaml",
    ]  # fmt: skip
    for name in names:
        yield files(name, base("plain.mp4"))
    yield (os.fsdecode(b"folder \xff\n"), lambda path: folder(path, b"media: [shot.png]\ntext: Hi\n"))
    yield ("folder\x1b'$(id)", lambda path: folder(path, b"media: [shot.png]\ntext: Hi\n"))
    yield (os.fsdecode(b"no request \xff"), lambda path: path.mkdir())


def pointers(rng: random.Random) -> Iterator[Recipe]:
    for target in ("/etc/passwd", "http://127.0.0.1:9/x.mp4", "../../../plain.mp4", "file:///etc/passwd"):
        yield files("list.m3u8", f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{target}\n#EXT-X-ENDLIST\n".encode())
        yield files("list.mp4", f"ffconcat version 1.0\nfile '{target}'\nduration 2\n".encode())
    yield files("session.sdp", b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9 RTP/AVP 96\n")
    yield files(
        "dash.mp4",
        b'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>/etc/passwd</BaseURL></MPD>',
    )
    yield files("redirect.asf", b"[Reference]\r\nRef1=http://127.0.0.1:9/x\r\n")
    yield files("playlist in media.ts", base("stream.ts")[:1880] + b"#EXTM3U\n/etc/passwd\n" * 999)


def special(rng: random.Random) -> Iterator[Recipe]:
    def loop(path: Path) -> None:
        path.symlink_to(path.name)

    yield "pipe.mp4", os.mkfifo
    yield "zero.mp4", lambda path: path.symlink_to("/dev/zero")
    yield "random.png", lambda path: path.symlink_to("/dev/urandom")
    yield "loop.mp4", loop
    yield "nowhere.mp4", lambda path: path.symlink_to("gone")
    yield "passwd.mp4", lambda path: path.symlink_to("/etc/passwd")
    yield "never made.mp4", lambda path: None
    yield "a folder.mp4", lambda path: path.mkdir()
    yield "memory.mp4", lambda path: path.symlink_to("/proc/self/mem")


# Folders whose request is the attack


def folder(path: Path, request: bytes, name: str = "request.yaml", **more: bytes) -> None:
    """A folder with a picture, a clip, a sound and the request."""
    path.mkdir()
    for own in ("plain.mp4", "shot.png", "tone.wav"):
        (path / own).write_bytes(base(own))
    for other, data in more.items():
        (path / other.replace("_", ".")).write_bytes(data)
    (path / name).write_bytes(request)


def with_music(name: str, tune: str, data: bytes) -> Recipe:
    def write(path: Path) -> None:
        folder(path, f"media: [shot.png]\ntext: Hello\nmusic: {tune}\n".encode())
        (path / tune).write_bytes(data)

    return name, write


def requests(rng: random.Random) -> Iterator[Recipe]:
    lists = "\n".join(f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    merges = "\n".join(
        f"{b}: &{b}\n  <<: [{', '.join([f'*{a}'] * 9)}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    hello = "media: [shot.png]\n"
    documents: dict[str, str | bytes] = {
        "aliases": "a: &a [lol]\n" + lists + "\nmedia: *i\n",
        "aliases in settings": hello + "adjust:\n  captions:\n" + "".join(
            f"    {line}\n" for line in ["a: &a [lol]", *lists.splitlines()]
        ),
        "merges": "a: &a {x: 1}\n" + merges + "\ntext: *i\n",
        "itself": "text: &a [*a]\nadjust: &b {captions: *b}\n",
        "brackets": "text: " + "[" * 100_000,
        "closed brackets": "text: " + "[" * 5_000 + "]" * 5_000,
        "braces": "text: " + "{a: " * 50_000,
        "dashes": "text:\n" + "- " * 100_000,
        "indents": "\n".join(" " * n + "a:" for n in range(1400)),
        "half a million items": "text: [" + "1," * 500_000 + "]",
        "ten megabytes": hello + "# x\n" * 2_500_000,
        "a list": "- media\n", "a word": "media\n", "a number": "42\n", "nothing": "", "only a comment": "# hi\n",
        "binary": rng.randbytes(5000), "zeros": bytes(5000), "utf-16": "media: [shot.png]".encode("utf-16"),
        "not utf-8": b"text: \xff\xfe\nmedia: [shot.png]\n", "tabs": "media:\n\t- shot.png\n",
        "twice": "media: [shot.png]\nmedia: [plain.mp4]\ntext: a\ntext: b\n",
        "python": hello + "text: !!python/object/apply:os.system ['touch /tmp/owned']\n",
        "python name": hello + "text: !!python/name:os.system\n",
        "bytes": hello + "text: !!binary aGVsbG8=\n", "a set": hello + "adjust: {captions: !!set {a, b}}\n",
        "unknown tag": hello + "text: !mine x\n", "date": hello + "text: 2001-99-99\n",
        "good date": hello + "text: 2001-01-01\n",
        "time": hello + "adjust: {captions: {size: 2001-01-01 00:00:00}}\n",
        "long number": hello + "max_seconds: " + "9" * 50_000 + "\n",
        "hex": hello + "max_seconds: 0x" + "f" * 9999 + "\n",
        "sixties": hello + "max_seconds: 1" + ":59" * 20_000 + "\n",
        "underscores": hello + "max_seconds: 1" + "_" * 90_000,
        "infinite": hello + "max_seconds: .inf\n", "no number": hello + "max_seconds: .nan\n",
        "adjusted to no number": hello + "text: Hi\nadjust: {captions: {size: .nan}}\n",
        "adjusted without media": "text: Hi\nadjust: {silence: {min_seconds: .nan}}\n",
        "infinite start": "media: [{file: plain.mp4, start: .inf}]\n",
        "no start": "media: [{file: plain.mp4, start: .nan}]\n",
        "late start": "media: [{file: plain.mp4, start: 7000}]\n",
        "shown for long": "media: [{file: shot.png, end: 7200}]\n",
        "wrong types": "media: 5\ntext: [1]\npreset: {}\nmusic: [a]\nadjust: 7\nbrand: 1.5\n",
        "maps for names": "media: [{file: {a: b}}]\n", "keys": hello + "1: 2\n? [a, b]\n: c\nnull: x\n",
        "number keys": hello + "adjust: {1: {2: 3}}\n", "long key": hello + "k" * 900_000 + ": 1\n",
        "long text": hello + "text: " + "word " * 200_000, "one long word": hello + "text: " + "w" * 600,
        "fifty thousand media": "media: [" + "shot.png, " * 50_000 + "]\n",
        "forty media": "media: [" + "shot.png, " * 40 + "]\n",
        "missing media": "media: [gone.mp4]\n", "no file": "media: ['']\n", "dot": "media: ['.']\n",
        "a folder": "media: ['..']\n",
        "up": "media: [../../../../etc/passwd]\n", "absolute": "media: [/etc/passwd]\n", "nul": 'media: ["a\\0b"]\n',
        "address": "media: ['http://127.0.0.1:9/x.mp4']\n", "concat": "media: ['concat:shot.png|plain.mp4']\n",
        "file address": "media: ['file:///etc/passwd']\n", "long name": f"media: [{'n' * 5000}]\n",
        "music elsewhere": hello + "music: ../../tone.wav\n", "music is a picture": hello + "music: shot.png\n",
        "voice is a request": hello + "voice: request.yaml\n",
        "background elsewhere": hello + "archetype: overlay\nbackground: /etc/passwd\n",
        "background is sound": hello + "archetype: overlay\nbackground: tone.wav\ntext: Hi\n",
        "preset elsewhere": hello + "preset: ../../etc/passwd\n", "brand elsewhere": hello + "brand: ../../../x\n",
        "variant elsewhere": hello + "variant: ../../x\n", "limits as preset": hello + "preset: limits\n",
        "media is the request": "media: [request.yaml]\n", "sound as media": "media: [tone.wav]\n",
        "filter syntax": hello + r"text: '{\p1}%{pts}\N:=,;[in]drawtext=textfile=/etc/passwd'" + "\n",
        "control characters": hello + 'text: "a\\x07\\x1b[31m\\u202e\\u200b\\ufeff\\ud800"\n',
        "combining": hello + "text: " + "a" + "\u0301" * 500 + "\n", "no text": hello + "text: '   '\n",
        "spoken for": "media: [plain.mp4]\narchetype: meme\ntext: {hook: [a], beats: {a: 1}}\n",
        "footage without footage": hello + "archetype: footage\n",
        "plan without plan": hello + "archetype: edit_plan\n",
        "nothing to show": "archetype: hero\n", "plan elsewhere": "edit_plan: ../../../etc/passwd\n",
        "plan is itself": "edit_plan: request.yaml\n",
        "plan is a film": "edit_plan: plain.mp4\n",
    }  # fmt: skip
    for name, text in documents.items():
        yield request_of(name, text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    for name, target in (("link out", "/etc/passwd"), ("link round", "other.png"), ("device", "/dev/zero")):
        yield linked(name, "media: [other.png]\n", "other.png", target)
    yield linked("request is a link", "", "request.yaml", "/etc/passwd")
    yield linked("request is a device", "", "request.yaml", "/dev/zero")
    yield linked("plan is a device", "edit_plan: other.json\n", "other.json", "/dev/zero")
    yield linked("media is a pipe", "media: [other.png]\n", "other.png", None)
    yield linked("plan is a pipe", "edit_plan: other.json\n", "other.json", None)
    yield linked("request is a pipe", "", "request.yaml", None)


def request_of(name: str, request: bytes) -> Recipe:
    return name, lambda path: folder(path, request)


def linked(name: str, request: str, link: str, target: str | None) -> Recipe:
    """A folder with a link in it, or a pipe."""

    def write(path: Path) -> None:
        folder(path, request.encode())
        (path / link).unlink(missing_ok=True)
        if target is None:
            os.mkfifo(path / link)
        else:
            (path / link).symlink_to(target)

    return name, write


def edit_plans(rng: random.Random) -> Iterator[Recipe]:
    def group(depth: int) -> dict[str, Any]:
        return {"kind": "group", "layers": [group(depth - 1)] if depth else []}

    text = {"kind": "text", "text": "Words and words and words " * 20}
    shape = {"kind": "shape", "width": 8000, "height": 8000, "fill": {"colours": ["#ff0000"]}}
    image = {"kind": "image", "file": "shot.png", "width": 8000, "height": 8000, "scale": 10}
    keys = [{"time": n * 0.05, "value": n % 10 + 1} for n in range(100)]
    plans: dict[str, Any] = {
        "brackets": "[" * 100_000, "objects": '{"scenes":' * 50_000, "a list": [], "a number": 1, "null": None,
        "empty": {},
        "no scenes": {"scenes": []}, "no number": '{"scenes": [{"seconds": NaN}]}',
        "infinite": '{"scenes": [{"seconds": 1e999}]}',
        "ten thousand scenes": {"scenes": [{"seconds": 1}] * 10_000}, "an hour": {"scenes": [{"seconds": 60}] * 60},
        "unknown layer": {"scenes": [{"seconds": 2, "layers": [{"kind": "shell", "command": "id"}]}]},
        "groups": {"scenes": [{"seconds": 2, "layers": [group(300)]}]}, "few groups": {"scenes": [{"seconds": 2,
        "layers": [group(10)]}]},
        "layers": {"scenes": [{"seconds": 1, "layers": [text] * 40}] * 20},
        "layers in groups": {"scenes": [{"seconds": 2, "layers": [{"kind": "group", "layers": [text] * 40}] * 25}]},
        "large shapes": {"scenes": [{"seconds": 1, "layers": [shape] * 40}]},
        "one enormous shape": {"scenes": [{"seconds": 1, "layers": [shape | {"scale": 10}]}]},
        "large picture": {"scenes": [{"seconds": 1, "layers": [image | {"keyframes": {"scale": keys,
        "rotation": keys}}]}]},
        "elsewhere": {"scenes": [{"seconds": 2, "layers": [{"kind": "image", "file": "../../../etc/passwd"}]}]},
        "font elsewhere": {"scenes": [{"seconds": 2, "layers": [text | {"style": {"font": "../../../etc/passwd"}}]}]},
        "missing": {"scenes": [{"seconds": 2, "layers": [{"kind": "video", "file": "gone.mp4"}]}]},
        "sound as picture": {"scenes": [{"seconds": 2, "layers": [{"kind": "image", "file": "tone.wav"}]}]},
        "late": {"scenes": [{"seconds": 2, "layers": [{"kind": "video", "file": "plain.mp4", "source": 7000}]}]},
        "far away": {"scenes": [{"seconds": 2, "layers": [text | {"x": 1e300, "y": -1e300}]}]},
    }  # fmt: skip
    for name, plan in plans.items():
        data = (plan if isinstance(plan, str) else json.dumps(plan)).encode()
        yield plan_of(name, data)
        if name in ("brackets", "no number"):
            yield name + " in request.json", with_request_json(data)


def plan_of(name: str, plan: bytes) -> Recipe:
    def write(path: Path) -> None:
        folder(path, plan, "edit_plan.json")

    return name, write


def with_request_json(data: bytes) -> Write:
    return lambda path: folder(path, b'{"edit_plan": ' + data + b"}", "request.json")


FAMILIES: tuple[Callable[[random.Random], Iterator[Recipe]], ...] = (
    truncated, flipped_header, flipped_index, flipped_payload, zeroed, wrong_type, wrong_extension, picture_bombs,
    lying_mp4, lying_others, absurd, odd_names, pointers, special, requests, edit_plans,
)  # fmt: skip
