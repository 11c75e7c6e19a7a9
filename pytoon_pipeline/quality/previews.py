"""Small pictures of single frames of a video, for the tables of findings."""

import base64
import json
from collections.abc import Sequence
from pathlib import Path

from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.media.frames import frames_at_cfr
from pytoon_pipeline.media.probing import probe
from pytoon_pipeline.rendering.thumbnail import to_bgr
from pytoon_pipeline.rendering.yuva import opaque_image

WIDTH, QUALITY = 72, 50


def write_previews(video: Path, rate: FrameRate, frames: Sequence[int], out: Path) -> None:
    """Writes frames of ``video`` to the JSON file ``out``: small WebP pictures as ``data:`` addresses, by number."""
    import cv2

    stream = probe(video).video
    assert stream is not None, "a finished video has pictures"
    previews: dict[int, str] = {}
    for number in frames:
        for picture in frames_at_cfr(video, stream, rate, number, 1):
            whole = to_bgr(opaque_image(picture))
            size = (WIDTH, WIDTH * whole.shape[0] // whole.shape[1])
            small = cv2.resize(whole, size, interpolation=cv2.INTER_AREA)
            _, encoded = cv2.imencode(".webp", small, [cv2.IMWRITE_WEBP_QUALITY, QUALITY])
            previews[number] = f"data:image/webp;base64,{base64.b64encode(bytes(encoded)).decode()}"
    out.write_text(json.dumps(previews))


def read_previews(file: Path) -> dict[int, str]:
    """The pictures that ``write_previews`` wrote, by number."""
    return {int(number): address for number, address in json.loads(file.read_text()).items()}
