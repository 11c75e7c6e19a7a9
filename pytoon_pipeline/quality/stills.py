"""Small pictures of single frames of a video, for tables that people read."""

import base64
from collections.abc import Sequence
from pathlib import Path

from pytoon_pipeline.media.container import opened

WIDTH, QUALITY = 72, 50


def stills(video: Path, frames: Sequence[int]) -> dict[int, str]:
    """Frames as data addresses of small WebP pictures, by number. Frames behind the end are left out."""
    import cv2

    found: dict[int, str] = {}
    with opened(video) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        for number, frame in enumerate(container.decode(stream)):
            if number > max(frames):
                break
            if number in frames:
                small = cv2.resize(
                    frame.to_ndarray(format="bgr24"), (WIDTH, WIDTH * frame.height // frame.width),
                    interpolation=cv2.INTER_AREA,
                )  # fmt: skip
                _, coded = cv2.imencode(".webp", small, [cv2.IMWRITE_WEBP_QUALITY, QUALITY])
                found[number] = f"data:image/webp;base64,{base64.b64encode(bytes(coded)).decode()}"
    return found
