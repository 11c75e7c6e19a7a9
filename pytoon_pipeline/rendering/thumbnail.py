"""The thumbnail of a video: one of its frames, without captions, as files."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.media.colour import OFFSET, TO_YUV
from pytoon_pipeline.media.frames import Plane
from pytoon_pipeline.rendering.compositor import compose
from pytoon_pipeline.rendering.segment_plan import Source, plan_frame
from pytoon_pipeline.rendering.yuva import YuvaImage

JPEG_QUALITY = 90
# Width and maximum bytes of previews for the UI, which stores them in its database and shows the tiny one inline.
PREVIEWS = {"tiny": (45, 700), "small": (180, 16_000)}
PREVIEW_QUALITIES = (80, 60, 40, 25, 15, 8, 1)

# Rows: B, G, R from Y, Cb, Cr and 1.
_BGR = np.linalg.inv(TO_YUV)[::-1] @ np.column_stack((np.eye(3), -OFFSET))


def write_thumbnails(spec: RenderSpec, frame: int, sources: Mapping[str, Source], folder: Path) -> dict[str, Path]:
    """Writes frame ``frame`` of the video, without captions, as JPEG, and its previews as WebP. Returns the files."""
    import cv2

    image = to_bgr(next(compose(plan_frame(spec, frame, sources), sources)))
    files = {"thumbnail": folder / "thumbnail.jpg"}
    _, coded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    files["thumbnail"].write_bytes(bytes(coded))
    for name, (width, max_bytes) in PREVIEWS.items():
        small = cv2.resize(image, (width, width * spec.height // spec.width), interpolation=cv2.INTER_AREA)
        files[name] = folder / f"{name}.webp"
        files[name].write_bytes(encode_webp(small, max_bytes))
    return files


def encode_webp(image: Plane, max_bytes: int) -> bytes:
    """``image`` as WebP, at the best quality that fits into ``max_bytes``, or else the lowest one."""
    import cv2

    for quality in PREVIEW_QUALITIES:
        _, coded = cv2.imencode(".webp", image, [cv2.IMWRITE_WEBP_QUALITY, quality])
        if len(coded) <= max_bytes:
            break
    return bytes(coded)


def to_bgr(image: YuvaImage) -> Plane:
    """The BT.709 limited-range planes of ``image`` as BGR, shape (height, width, 3), each value within one level."""
    import cv2

    height, width = image.y.shape
    u, v = (cv2.resize(p, (width, height), interpolation=cv2.INTER_LINEAR) for p in (image.u, image.v))
    return np.asarray(cv2.transform(cv2.merge((image.y, u, v)), _BGR))
