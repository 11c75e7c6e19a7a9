"""Video and sound files whose headers lie."""

import random
import struct
from collections.abc import Iterator

from pytoon_pipeline_tests.harness.hostile_files.base import BIG, TONE, Recipe, base, coded, files
from pytoon_pipeline_tests.harness.hostile_files.requests import with_music


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
    """``value`` written at ``offset`` from the name of the box, the first or a later one of that name."""
    at = data.find(box)
    for _ in range(which):
        at = data.find(box, at + 4)
    at += offset
    return data[:at] + value + data[at + len(value) :]


def tracks(data: bytes, count: int) -> bytes:
    """The first track repeated ``count`` times."""
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
