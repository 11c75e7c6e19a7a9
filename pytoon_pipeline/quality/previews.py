"""Small pictures of single frames of a video, for the tables of findings."""

import base64
import json
from collections.abc import Sequence
from pathlib import Path

from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.media.probing import probe
from pytoon_pipeline.media.source_reader import frames_at_cfr
from pytoon_pipeline.rendering.thumbnail import encode_webp, to_bgr
from pytoon_pipeline.rendering.yuva import FootageImage

WIDTH, QUALITY = 72, 50
# Frames of a strip. For each size, the width of a frame and the most bytes of all: the UI shows a picture of less than
# 1,000 characters without a click.
STRIP_FRAMES = 3
STRIPS = {"picture": (40, 680), "larger_picture": (200, 20_000)}


def write_previews(video: Path, rate: FrameRate, frames: Sequence[int], out: Path) -> None:
    """Writes frames of ``video`` to the JSON file ``out``: small WebP pictures as ``data:`` addresses, by number."""
    out.write_text(json.dumps(_previews(video, rate, frames) if frames else {}))


def _previews(video: Path, rate: FrameRate, frames: Sequence[int]) -> dict[int, str]:
    import cv2

    stream = probe(video).video
    assert stream is not None, "a finished video has pictures"
    previews: dict[int, str] = {}
    for number in frames:
        for picture in frames_at_cfr(video, stream, rate, number, 1):
            whole = to_bgr(FootageImage(picture).drawn())
            size = (WIDTH, WIDTH * whole.shape[0] // whole.shape[1])
            small = cv2.resize(whole, size, interpolation=cv2.INTER_AREA)
            _, encoded = cv2.imencode(".webp", small, [cv2.IMWRITE_WEBP_QUALITY, QUALITY])
            previews[number] = _address(bytes(encoded))
    return previews


def strips(video: Path, rate: FrameRate, start: int, end: int) -> dict[str, str]:
    """Frames of ``[start, end)`` side by side, the first and last among them, as a ``data:`` address in each size."""
    import cv2

    stream = probe(video).video
    assert stream is not None, "a finished video has pictures"
    spread = sorted({start + (end - 1 - start) * part // (STRIP_FRAMES - 1) for part in range(STRIP_FRAMES)})
    images = [
        to_bgr(FootageImage(picture).drawn()) for n in spread for picture in frames_at_cfr(video, stream, rate, n, 1)
    ]
    found = {}
    for name, (width, max_bytes) in STRIPS.items():
        size = (width, width * images[0].shape[0] // images[0].shape[1])
        small = [cv2.resize(image, size, interpolation=cv2.INTER_AREA) for image in images]
        found[name] = _address(encode_webp(cv2.hconcat(small), max_bytes))
    return found


def read_previews(file: Path) -> dict[int, str]:
    """The pictures that ``write_previews`` wrote, by number."""
    return {int(number): address for number, address in json.loads(file.read_text()).items()}


def _address(webp: bytes) -> str:
    return f"data:image/webp;base64,{base64.b64encode(webp).decode()}"
