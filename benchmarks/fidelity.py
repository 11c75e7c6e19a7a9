"""How close rendered footage is to a slow floating-point reference, and how steady it is while the window moves.

``python -m benchmarks.fidelity [--seconds N] [--plans FOLDER] [--only NAME,…] [PATH…]``. For each clip: SSIM of Y, Cb
and Cr with ``benchmarks.float_reference`` at frames of the product's plan, composed and after encoding, and the mean
error of colour. ``moving``: jitter and flicker as ``benchmarks.resampling`` defines them, of clips that each conversion
reads. To compare two checkouts, run it with each of them in PYTHONPATH and the same ``--plans``.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import numpy as np

from benchmarks.float_reference import reference
from benchmarks.plans import NoPlan
from benchmarks.render import arguments, cases, rendered
from pytoon_pipeline.contracts.spec.evaluate import crop_at
from pytoon_pipeline.contracts.spec.layers import CropKeyframe, CropPath, VideoLayer
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec, Scene, Segment
from pytoon_pipeline.media import ffmpeg
from pytoon_pipeline.media.probing import probe
from pytoon_pipeline.rendering.compositor import compose
from pytoon_pipeline.rendering.segment_plan import Source, plan_segment
from pytoon_pipeline_tests.harness.encode_floor import in_memory
from pytoon_pipeline_tests.harness.machine import machine
from pytoon_pipeline_tests.harness.timelines import Timeline, finished, whole

Planes = Sequence[np.ndarray[Any, Any]]
COMPARED, MOVES = 8, 40
# A frame counts as shown at a tick when it starts up to this share of a tick later.
TOLERANCE = 0.25
WIDTH, HEIGHT = 1080, 1920
# Source pixels of the window that moves; it is enlarged 2.72-fold.
W, H = 397.0, 705.8
SPOT_STEP, TEXTURE_STEP = 0.3, 0.11


def likeness(line: Timeline, folder: Path) -> dict[str, object]:
    """Means over frames that show nothing but one clip that fills the picture."""
    spec = line.spec.model_copy(update={"captions": line.spec.captions.model_copy(update={"cues": ()})})
    frames = comparable(spec)
    if not frames:
        return {"not compared": "no frame shows footage alone"}
    segments = tuple(one for one in spec.segments if any(one.start <= f < one.start + one.frames for f in frames))
    spec = spec.model_copy(update={"segments": segments})
    _, files = rendered(Timeline(spec, line.sources), folder)
    found: dict[str, list[list[float]]] = {"composed": [], "encoded": [], "bias": []}
    for segment, file in zip(segments, files, strict=True):
        wanted = {f - segment.start: f for f in frames if segment.start <= f < segment.start + segment.frames}
        composed = enumerate(compose(plan_segment(spec, segment, line.sources), line.sources))
        ours = {wanted[n]: (one.y, one.u, one.v) for n, one in composed if n in wanted}
        encoded = {wanted[n]: one for n, one in enumerate(decoded_planes(file)) if n in wanted}
        for frame, planes in ours.items():
            ideal = ideal_planes(spec, line, frame)
            found["composed"].append(similarity(planes, ideal))
            found["encoded"].append(similarity(encoded[frame], ideal))
            found["bias"].append([float(np.mean(a - b)) for a, b in zip(planes, ideal, strict=True)])
    means = {
        name: dict(zip("yuv", np.mean(values, axis=0).round(4).tolist(), strict=True)) for name, values in found.items()
    }
    return {"frames": len(frames), "ssim_composed": means["composed"], "ssim_encoded": means["encoded"],
            "bias_levels": means["bias"]}  # fmt: skip


def comparable(spec: RenderSpec) -> list[int]:
    """Some frames, spread evenly, of those that show one clip that fills the picture, and nothing else."""
    alone = [
        frame
        for scene in spec.scenes
        if len(scene.layers) == 1 and isinstance(scene.layers[0], VideoLayer) and not scene.layers[0].effects
        if (scene.layers[0].width, scene.layers[0].height) == (spec.width, spec.height)
        for frame in range(scene.start + (scene.transition.frames if scene.transition else 0), scene.end)
        if not any(other is not scene and other.start <= frame < other.end for other in spec.scenes)
        and not any(first <= frame < last for first, last, layer in spec.layers() if layer in spec.overlays)
    ]
    return alone[:: max(1, len(alone) // COMPARED)][:COMPARED]


def ideal_planes(spec: RenderSpec, line: Timeline, frame: int) -> Planes:
    scene = next(one for one in spec.scenes if one.start <= frame < one.end)
    layer = scene.layers[0]
    assert isinstance(layer, VideoLayer)
    n = frame - scene.start - layer.start
    source = line.sources[layer.item]
    assert source.info.video is not None
    shown = source_frame(source, (layer.source_start + n + TOLERANCE) / float(spec.rate.fraction))
    return reference(shown, source.info.video, crop_at(layer.crop_path, n, frame), spec.width, spec.height)


def source_frame(source: Source, seconds: float) -> Any:
    """The last frame that starts no later than ``seconds`` after the first picture; all before it are decoded."""
    import av

    video = source.info.video
    assert video is not None
    found = None
    with av.open(str(source.path)) as container:
        for frame in container.decode(container.streams[video.index]):
            if found is not None and frame.time - video.start > seconds:
                break
            found = frame
    return found


def decoded_planes(video: Path) -> Iterator[Planes]:
    import av

    with av.open(str(video)) as container:
        for frame in container.decode(video=0):
            planes = frame.to_ndarray(format="yuv420p")
            half = frame.height // 4
            yield (planes[: frame.height],
                   planes[frame.height : frame.height + half].reshape(frame.height // 2, -1),
                   planes[frame.height + half :].reshape(frame.height // 2, -1))  # fmt: skip


def similarity(ours: Planes, ideal: Planes) -> list[float]:
    from skimage.metrics import structural_similarity

    return [
        float(structural_similarity(a.astype(np.float32), b, data_range=255)) for a, b in zip(ours, ideal, strict=True)
    ]


MOVING = {
    "bt709": ("yuv420p", "bt709"),
    "bt601": ("yuv420p", "smpte170m"),
    "bt709 10 bit": ("yuv420p10le", "bt709"),
}


def moving(folder: Path) -> dict[str, object]:
    """Jitter of a soft spot in output pixels, and flicker of texture in percent, by how the source is coded."""
    result: dict[str, object] = {}
    for name, (pixels, matrix) in MOVING.items():
        spot, texture = (
            pan(still_clip(folder / f"{name} {what}.mkv", picture, pixels, matrix), step)
            for what, picture, step in (("spot", soft_spot(), SPOT_STEP), ("texture", noise(), TEXTURE_STEP))
        )
        result[name] = {"jitter_pixels": round(jitter(spot), 3), "flicker_percent": round(100 * flicker(texture), 3)}
    return result


def soft_spot() -> np.ndarray[Any, Any]:
    x, y = np.meshgrid(np.arange(1280), np.arange(720))
    return (40 + 180 * np.exp(-((x - 500) ** 2 + (y - 360) ** 2) / 2 / 12**2)).astype(np.uint8)


def noise() -> np.ndarray[Any, Any]:
    values = np.random.default_rng(1).normal(128, 40, (720, 1280)).clip(16, 235).astype(np.uint8)
    return np.asarray(cv2.GaussianBlur(values, (0, 0), 0.8))


def still_clip(path: Path, picture: np.ndarray[Any, Any], pixels: str, matrix: str) -> Source:
    """A clip, encoded without loss, that shows one grey picture."""
    ffmpeg.run([
        "-v", "error", "-f", "rawvideo", "-pix_fmt", "gray", "-s", "1280x720", "-r", "30", "-i", "-", "-vf",
        f"setparams=range=tv,format={pixels},loop={MOVES}:1,setparams=range=tv:colorspace={matrix}:color_primaries="
        f"{matrix}:color_trc={matrix}", "-c:v", "libx264", "-qp", "0", "-preset", "ultrafast", "-y", str(path),
    ], data=picture.tobytes())  # fmt: skip
    return Source(path, probe(path))


def pan(source: Source, step: float) -> list[np.ndarray[Any, Any]]:
    """Y of frames over which a window moves by ``step`` output pixels per frame."""
    width, height = W / 1280, H / 720
    travel = step * W / WIDTH / 1280
    left, y = 300 / 1280 + width / 2, 6.3 / 720 + height / 2
    keys = tuple(
        CropKeyframe(frame=frame, x=left + frame * travel, y=y, focus_x=left + frame * travel, focus_y=y)
        for frame in (0, MOVES - 1)
    )
    layer = VideoLayer(
        item="a" * 64, source_start=0, crop_path=CropPath(width=width, height=height, keyframes=keys), **whole()
    )  # type: ignore[arg-type]
    spec = finished([Scene(start=0, frames=MOVES, layers=(layer,))], ())
    plan = plan_segment(spec, Segment(start=0, frames=MOVES), {"a" * 64: source})
    return [one.y.copy() for one in compose(plan, {"a" * 64: source})]


def jitter(frames: Sequence[np.ndarray[Any, Any]]) -> float:
    """The largest second difference of the spot's centre."""
    places = []
    for frame in frames:
        plane = frame.astype(float) - frame.min()
        plane[plane < 20] = 0
        places.append((plane.sum(axis=0) * np.arange(WIDTH)).sum() / plane.sum())
    return float(np.abs(np.diff(places, 2)).max())


def flicker(frames: Sequence[np.ndarray[Any, Any]]) -> float:
    """The largest change of sharpness from frame to frame, as a share."""
    detail = [np.abs(cv2.Laplacian(frame, cv2.CV_32F)).mean() for frame in frames]
    return float(np.abs(np.diff(detail)).max() / np.mean(detail))


def main() -> None:
    given = arguments()
    result: dict[str, object] = {}
    with TemporaryDirectory() as temporary, in_memory() as folder:
        result["moving"] = moving(folder)
        for name, origin, make in cases(given, given.plans or Path(temporary)):
            if origin == "generated":
                continue
            try:
                found = likeness(make(folder), folder / name)
            except NoPlan as reason:
                found = {"rejected": str(reason)}
            result[name] = {"origin": origin} | found
            print(name, json.dumps(found), file=sys.stderr, flush=True)
    print(json.dumps(result | {"machine": machine()}, indent=2))


if __name__ == "__main__":
    main()
