"""The thumbnail of a video: its sharpest frame, with a face when there is one."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from pytoon_pipeline.contracts.analysis import Face
from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline.contracts.spec.evaluate import crop_at
from pytoon_pipeline.contracts.spec.layers import VideoLayer
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec, Scene
from pytoon_pipeline.media.colour import to_rgb
from pytoon_pipeline.media.frames import Plane
from pytoon_pipeline.rendering.compositor import compose
from pytoon_pipeline.rendering.segment_plan import Source, plan_frame
from pytoon_pipeline.rendering.yuva import YuvaImage

# Share of a face that must be inside the crop.
MIN_FACE_VISIBLE = 0.95
JPEG_QUALITY = 90
# Width and maximum bytes of previews for the UI, which stores them in its database and shows the tiny one inline.
PREVIEWS = {"tiny": (45, 700), "small": (180, 16_000)}
PREVIEW_QUALITIES = (80, 60, 40, 25, 15, 8, 1)


def choose_frame(spec: RenderSpec, item: str, samples: Iterable[tuple[float, Plane]], faces: Sequence[Face]) -> int:
    """The thumbnail frame: the sharpest of ``samples`` of ``item``, each ``(source seconds, BGR image)``.

    Frames that show a whole face come first; sharpness is measured on the largest one. Returns 0 when no sample is
    part of the video.
    """
    by_time: dict[float, list[Face]] = {}
    for face in faces:
        by_time.setdefault(face.time, []).append(face)
    best: tuple[bool, float, int] = (False, -1.0, 0)
    for time, image in samples:
        position = _position(spec, item, time)
        if position is None:
            continue
        frame, scene, layer = position
        crop = crop_at(layer.crop_path, frame - scene.start, frame)
        whole = [face.box for face in by_time.get(time, []) if face.box.share_inside(crop) >= MIN_FACE_VISIBLE]
        subject = max(whole, key=lambda box: box.area, default=crop)
        best = max(best, (bool(whole), sharpness(_crop(image, subject)), -frame))
    return -best[2]


def sharpness(image: Plane) -> float:
    """Variance of the Laplacian of the grey image: low when blurred by focus or motion."""
    import cv2

    if not image.size:
        return 0.0
    return float(cv2.Laplacian(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.CV_64F).var())


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
    """The BT.709 limited-range planes of ``image`` as BGR, shape (height, width, 3)."""
    import cv2

    height, width = image.y.shape
    u, v = (cv2.resize(p, (width, height), interpolation=cv2.INTER_LINEAR) for p in (image.u, image.v))
    bgr = np.ascontiguousarray(to_rgb(image.y, u, v)[..., ::-1])
    return np.clip(np.round(bgr), 0, 255).astype(np.uint8)


def _position(spec: RenderSpec, item: str, time: float) -> tuple[int, Scene, VideoLayer] | None:
    """The frame, scene and layer of the video that show ``item`` at ``time``, or none."""
    source_frame = spec.rate.nearest(time)
    for scene in spec.scenes:
        for layer in scene.layers:
            if isinstance(layer, VideoLayer) and layer.item == item:
                frame = source_frame - layer.source_start
                if 0 <= frame < scene.frames and layer.start == 0:
                    return scene.start + frame, scene, layer
    return None


def _crop(image: Plane, box: Box) -> Plane:
    rows, columns = image.shape[:2]
    top, left = max(0, round(box.y * rows)), max(0, round(box.x * columns))
    return image[top : top + max(1, round(box.height * rows)), left : left + max(1, round(box.width * columns))]
