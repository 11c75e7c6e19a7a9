"""Truncated and damaged variants of good files, reproducible from a seed."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

from pytoon_pipeline.media import ffmpeg

SECONDS = 12
PICTURE = f"testsrc2=size=320x180:rate=25:duration={SECONDS}"
TONE = f"sine=frequency=440:sample_rate=48000:duration={SECONDS}"
CONTAINERS = {
    "front.mp4": "-c:v libx264 -preset ultrafast -bf 2 -g 50 -c:a aac -movflags +faststart",
    "fragments.mp4": "-c:v libx264 -preset ultrafast -g 50 -c:a aac -movflags frag_keyframe+empty_moov",
    "old.mov": "-c:v mpeg4 -g 50 -c:a pcm_s16le -movflags +faststart",
    "old.avi": "-c:v mpeg4 -g 50 -c:a libmp3lame",
    "box.mkv": "-c:v libx264 -preset ultrafast -g 50 -c:a aac",
    "web.webm": "-c:v libvpx -deadline realtime -g 50 -c:a libopus",
    "live.webm": "-c:v libvpx -deadline realtime -g 50 -c:a libopus -live 1",
    "stream.ts": "-c:v libx264 -preset ultrafast -g 50 -c:a aac",
    "back.mp4": "-c:v libx264 -preset ultrafast -bf 2 -g 50 -c:a aac",
}
# Where an index begins. It ends at the end of the file, or after the length in its header.
INDEXES = (b"moov", b"idx1", b"\x1c\x53\xbb\x6b", b"mfra")
Damage = Callable[[bytes, random.Random], bytes]


def make(folder: Path, name: str) -> Path:
    """A good file of ``CONTAINERS``: a moving picture and a tone."""
    inputs = ["-f", "lavfi", "-i", PICTURE, "-f", "lavfi", "-i", TONE]
    ffmpeg.run(["-v", "error", "-bitexact", *inputs, "-pix_fmt", "yuv420p", *CONTAINERS[name].split(),
                str(folder / name)])  # fmt: skip
    return folder / name


def variants(path: Path, seed: int = 0) -> Iterator[tuple[str, bytes]]:
    """Damaged copies of a file, each with the name of what was done."""
    data = path.read_bytes()
    for name, damage in DAMAGES.items():
        yield name, damage(data, random.Random(f"{seed} {path.name} {name}"))


def cut(share: float) -> Damage:
    return lambda data, rng: data[: int(len(data) * share)]


def without_index(data: bytes, rng: random.Random) -> bytes:
    """The first index that is found, overwritten with zeros; in a file without one, the last twentieth."""
    start = next((place for mark in INDEXES if (place := data.rfind(mark)) >= 0), int(len(data) * 0.95))
    head = data[start - 4 : start] if data[start : start + 4] in (b"moov", b"mfra") else b""
    length = int.from_bytes(head, "big") - 4 if head else len(data) - start
    return data[:start] + bytes(length) + data[start + length :]


def zeroed(first: float, last: float) -> Damage:
    def damage(data: bytes, rng: random.Random) -> bytes:
        start, end = int(len(data) * first), int(len(data) * last)
        return data[:start] + bytes(end - start) + data[end:]

    return damage


def flipped(first: float, last: float, bits: int) -> Damage:
    """Single bits flipped between two shares of a file, never in its first 64 bytes."""

    def damage(data: bytes, rng: random.Random) -> bytes:
        changed = bytearray(data)
        for _ in range(bits):
            place = rng.randrange(max(64, int(len(data) * first)), int(len(data) * last))
            changed[place] ^= 1 << rng.randrange(8)
        return bytes(changed)

    return damage


def flipped_headers(data: bytes, rng: random.Random) -> bytes:
    """Three bits flipped in headers."""
    changed = bytearray(data)
    start = max(64, data.find(b"moov"))
    for _ in range(3):
        changed[rng.randrange(start, min(len(data), start + 4000))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def with_tail(data: bytes, rng: random.Random) -> bytes:
    return data + rng.randbytes(50_000)


DAMAGES: dict[str, Damage] = {
    "cut at 10 %": cut(0.1),
    "cut at 40 %": cut(0.4),
    "cut at 85 %": cut(0.85),
    "cut at 97 %": cut(0.97),
    "no index": without_index,
    "middle zeroed": zeroed(0.4, 0.6),
    "a twelfth zeroed": zeroed(0.5, 0.58),
    "bits flipped": flipped(0.01, 1.0, 40),
    "bits of headers flipped": flipped_headers,
    "garbage appended": with_tail,
}
