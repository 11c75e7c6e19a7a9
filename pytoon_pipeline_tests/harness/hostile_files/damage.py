"""Damaged files: truncated, with flipped bits, with zeroed ranges."""

import random
from collections.abc import Iterator

from pytoon_pipeline_tests.harness.hostile_files.base import HEARD, MOVING, STILL, Recipe, base, files


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
