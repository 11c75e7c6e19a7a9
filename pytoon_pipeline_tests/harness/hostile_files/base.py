"""Good media of every kind, from which the hostile uploads are derived, and how one is written."""

from collections.abc import Callable
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
