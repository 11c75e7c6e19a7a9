"""Small plans of a few layers, and what the compositor draws for them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from pytoon_pipeline.config.presets import load_preset
from pytoon_pipeline.contracts.media import MediaInfo, StillPicture
from pytoon_pipeline.contracts.spec.layers import (
    CropKeyframe,
    CropPath,
    Layer,
    ShapeLayer,
    TextLayer,
    Transform,
)
from pytoon_pipeline.contracts.spec.render_spec import AudioMix, CaptionPlan, RenderSpec, Scene, Segment
from pytoon_pipeline.contracts.style import Fill, TextStyle
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.rendering.compositor import compose
from pytoon_pipeline.rendering.segment_plan import Source, plan_segment
from pytoon_pipeline.rendering.yuva import YuvaImage

RATE = FrameRate(numerator=30)
ITEM = "a" * 64
WHOLE = CropPath(width=1, height=1, keyframes=(CropKeyframe(frame=0, x=0.5, y=0.5, focus_x=0.5, focus_y=0.5),))


def at(x: object = 540, y: object = 960, **more: object) -> Transform:
    return Transform.model_validate({"x": x, "y": y, **more})


def shape(colour: str, width: float, height: float, motion: Transform, **more: object) -> ShapeLayer:
    return ShapeLayer(width=width, height=height, fill=Fill(colours=(colour,)), transform=motion, **more)


def spec_of(scenes: Sequence[Scene], overlays: Sequence[Layer] = ()) -> RenderSpec:
    frames = max(scene.end for scene in scenes)
    return RenderSpec(
        rate=RATE, frames=frames, scenes=tuple(scenes), overlays=tuple(overlays),
        segments=(Segment(start=0, frames=frames),),
        captions=CaptionPlan(style=load_preset("clean-talk").captions, cues=()),
        audio=AudioMix(samples=frames * 1600, loudness=-14, true_peak=-1),
    )  # fmt: skip


def drawn(
    layers: Sequence[Layer], frames: int = 1, sources: dict[str, Source] | None = None, background: str = "#000000"
) -> list[YuvaImage]:
    spec = spec_of([Scene(start=0, frames=frames, background=background, layers=tuple(layers))])
    return list(compose(plan_segment(spec, spec.segments[0], sources or {}), sources or {}))


def lit(sheet: YuvaImage, level: int = 120) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of what is brighter than ``level``."""
    rows, columns = np.flatnonzero((sheet.y > level).any(axis=1)), np.flatnonzero((sheet.y > level).any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def picture(tmp_path: Path, pixels: np.ndarray) -> dict[str, Source]:
    path = tmp_path / f"{len(list(tmp_path.iterdir()))}.png"
    Image.fromarray(pixels).save(path, compress_level=1)
    still = StillPicture(
        width=pixels.shape[1], height=pixels.shape[0], transparent=pixels.shape[2] == 4, original="PNG"
    )  # fmt: skip
    info = MediaInfo(container="picture", seconds=0, video=None, audio=None, still=still, streams={})
    return {ITEM: Source(path, info)}


def scenery(width: int, height: int, seed: int = 0) -> np.ndarray:
    """A picture with detail of all sizes."""
    import cv2

    rng = np.random.default_rng(seed)
    small = [rng.uniform(0, 255, (height // size, width // size, 3)) for size in (120, 40, 12)]
    parts = [cv2.resize(part, (width, height), interpolation=cv2.INTER_CUBIC) for part in small]
    return np.clip(np.mean(parts, axis=0) * 1.4 - 50, 0, 255).astype(np.uint8)


def text_layer(
    text: str, style: TextStyle, width: int = 800, height: int = 200, motion: Transform | None = None
) -> TextLayer:
    return TextLayer(lines=(text,), style=style, width=width, height=height, transform=motion or at())
