"""How well the plan of a clip keeps its people in the frame: ``python -m benchmarks.framing CLIP…``.

The reference is independent of the planner's samples: faces and people are detected in every frame of the clip, at
960 pixels, in all tiles. What is found in less than a third of the frames around it is a false alarm. Of the frames
that show a head: ``inside`` is the share in which a window shows the most prominent one, ``all_inside`` that in which
windows show all of similar size. ``mean_offset`` and ``largest_offset`` are the distances of a single head from the
middle of the window, in widths of the window, without what the picture's edge explains. ``acceleration`` is the largest
change of a window's velocity in pixels per frame per frame, ``jitter`` the largest that reverses at once.
"""

import argparse
import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.plans import NoPlan, planned
from pytoon_pipeline.analysis.vision import faces, people
from pytoon_pipeline.analysis.vision.picture_area import active_picture
from pytoon_pipeline.contracts.analysis import Face
from pytoon_pipeline.contracts.geometry import Box, clamp_centre
from pytoon_pipeline.contracts.output_format import HEIGHT, WIDTH
from pytoon_pipeline.contracts.spec.evaluate import crop_at
from pytoon_pipeline.contracts.spec.layers import VideoLayer
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec, Scene
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.media.probing import probe
from pytoon_pipeline.media.video_decoding import DecodeDamage, decode

SIDE = 960
# A head in the reference has this share of the frames within so many seconds.
MIN_SHARE, AROUND = 0.34, 0.5
# Heads of at least this size, relative to the largest, count in ``all_inside``.
SIMILAR = 0.5
# This much of a head's box must be inside a window.
INSIDE = 0.9


@dataclass(frozen=True)
class Framing:
    """The figures of one clip."""

    clip: str
    frames: int
    frames_with_head: int
    inside: float
    all_inside: float
    mean_offset: float
    largest_offset: float
    acceleration: float
    jitter: float


def reference(clip: Path, folder: Path) -> list[list[Face]]:
    """The heads in every frame, kept in ``folder``."""
    kept = folder / f"{clip.stem}-{hashlib.sha256(clip.read_bytes()).hexdigest()[:8]}.heads.json"
    if not kept.exists():
        folder.mkdir(parents=True, exist_ok=True)
        samples = list(_frames(clip))
        found, _ = faces.detect(samples)
        with people.people_detector(still=True) as detector:
            for time, image in samples:
                detector.observe(time, image)
        known = {time: [face for face in found if face.time == time] for time, _ in samples}
        for person in detector.people:
            if not any(_distance(face.box, person.head) < 1.5 for face in known[person.time]):
                known[person.time].append(Face(time=person.time, box=person.head, score=person.score))
        kept.write_text(json.dumps([[one.model_dump(mode="json") for one in known[time]] for time, _ in samples]))
    rows = [[Face.model_validate(one) for one in row] for row in json.loads(kept.read_text())]
    return _without_false_alarms(rows)


def picture_of(clip: Path) -> Box:
    """The part of a clip that is not black bars."""
    darkest = brightest = None
    for _, image in _frames(clip):
        darkest = image if darkest is None else np.minimum(darkest, image)
        brightest = image if brightest is None else np.maximum(brightest, image)
    assert darkest is not None
    assert brightest is not None
    return active_picture(darkest, brightest)


def measure(name: str, spec: RenderSpec, rows: list[list[Face]], source_rate: float, picture: Box) -> Framing:
    """The figures of the plan ``spec`` of a clip whose heads are ``rows``, one per frame, inside ``picture``."""
    inside, every, offsets = [], [], []
    for frame in range(spec.frames):
        scene = next(one for one in spec.scenes if one.start <= frame < one.end)
        views = _views(scene, frame)
        if not views:
            continue
        layer = views[0][0]
        second = (layer.source_start + frame - scene.start) / float(spec.rate.fraction)
        row = rows[min(len(rows) - 1, round(second * source_rate))]
        if not row:
            continue
        largest = max(row, key=lambda one: one.box.area)
        similar = [one for one in row if one.box.width >= SIMILAR * largest.box.width]
        inside.append(_shown(largest, views))
        every.append(all(_shown(one, views) for one in similar))
        if len(similar) == 1:
            offsets.append(min(_offset(largest.box, window, picture) for _, window in views))
    accelerations, jitters = zip(*(_shake(scene, spec.rate) for scene in spec.scenes), strict=True)
    return Framing(
        name, spec.frames, len(inside),
        *(round(float(np.mean(values)), 4) if values else 1.0 for values in (inside, every)),
        round(float(np.mean(offsets)), 4) if offsets else 0.0, round(max(offsets, default=0.0), 4),
        round(max(accelerations), 2), round(max(jitters), 2),
    )  # fmt: skip


def _frames(clip: Path) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    video = probe(clip).video
    assert video is not None
    scale = min(1.0, SIDE / max(video.width * video.sample_aspect, video.height))
    size = round(video.width * video.sample_aspect * scale), round(video.height * scale)
    for time, frame in decode(clip, video, DecodeDamage()):
        image = frame.reformat(width=size[0], height=size[1], format="bgr24").to_ndarray()
        yield time, np.ascontiguousarray(np.rot90(image, -video.rotation // 90))


def _without_false_alarms(rows: list[list[Face]]) -> list[list[Face]]:
    times = [row[0].time for row in rows if row]
    return [
        [
            one
            for one in row
            if sum(
                any(_distance(one.box, other.box) < 1.5 for other in near)
                for near in rows[max(0, n - 8) : n + 9]
            ) >= MIN_SHARE * 17
        ]
        for n, row in enumerate(rows)
    ] if times else rows  # fmt: skip


def _distance(one: Box, other: Box) -> float:
    """Between centres, in sizes of the larger box."""
    (ax, ay), (bx, by) = one.centre, other.centre
    return max(abs(ax - bx) / max(one.width, other.width), abs(ay - by) / max(one.height, other.height))


def _views(scene: Scene, frame: int) -> list[tuple[VideoLayer, Box]]:
    layers = [one for one in scene.layers if isinstance(one, VideoLayer) and one.name != "blurred copy"]
    return [(one, crop_at(one.crop_path, frame - scene.start, frame)) for one in layers]


def _shown(head: Face, views: list[tuple[VideoLayer, Box]]) -> bool:
    """Whether a view shows the head, as far as it is in the picture."""
    box = head.box
    left, top = max(0.0, box.x), max(0.0, box.y)
    visible = Box(left, top, min(1.0, box.x + box.width) - left, min(1.0, box.y + box.height) - top)
    return any(visible.share_inside(window) >= INSIDE for _, window in views)


def _offset(head: Box, window: Box, picture: Box) -> float:
    """How far a head is from the window's middle, in widths, as far as moving the window could change it."""
    target = clamp_centre(head.centre[0], window.width, picture.x, picture.width)
    return abs(target - window.centre[0]) / window.width


def _shake(scene: Scene, rate: FrameRate) -> tuple[float, float]:
    """The largest acceleration, and the largest that reverses at once, of a scene's windows without their zoom."""
    accelerations, jitters = [0.0], [0.0]
    for layer in (one for one in scene.layers if isinstance(one, VideoLayer)):
        path = layer.crop_path.model_copy(update={"zoom_pulse": None})
        windows = [crop_at(path, n, n) for n in range(scene.frames)]
        for pixels in (
            np.array([one.x / one.width * layer.width for one in windows]),
            np.array([one.y / one.height * layer.height for one in windows]),
        ):
            change = np.diff(pixels, 2)
            if len(change) > 1:
                accelerations.append(float(np.abs(change).max()))
                turn = change[1:] * change[:-1] < 0
                jitters.append(float((np.minimum(np.abs(change[1:]), np.abs(change[:-1])) * turn).max()))
    return max(accelerations), max(jitters)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", type=Path, nargs="+")
    parser.add_argument("--plans", type=Path, default=Path(".plans"))
    parser.add_argument("--seconds", type=float, default=30)
    args = parser.parse_args()
    results = []
    for clip in args.clips:
        try:
            spec = planned(clip, args.plans, args.seconds).spec
        except NoPlan as error:
            results.append({"clip": clip.name, "error": str(error)})
            continue
        video = probe(clip).video
        assert video is not None
        assert video.average_rate is not None
        rows = reference(clip, args.plans)
        results.append(asdict(measure(clip.name, spec, rows, float(video.average_rate.fraction), picture_of(clip))))
    print(json.dumps({"size": [WIDTH, HEIGHT], "clips": results}))


if __name__ == "__main__":
    main()
