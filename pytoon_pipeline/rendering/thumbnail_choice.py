"""Which frame stands for a video: no transition, the title at rest, and of footage a sharp one with a face."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pytoon_pipeline.contracts.analysis import Face
from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline.contracts.spec.evaluate import crop_at
from pytoon_pipeline.contracts.spec.layers import VideoLayer
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec, Scene
from pytoon_pipeline.media.frames import Plane

# Share of a face that must be inside the crop.
MIN_FACE_VISIBLE = 0.95
# A title is at rest this many seconds after it has come and before it goes.
ENTRANCE_SECONDS, EXIT_SECONDS = 0.7, 0.4
# The position in a scene without texts at which all layers have come in and none has left.
REPRESENTATIVE_SHARE = 0.6
# Texts by how much they say about the whole video.
TITLE_ROLES = (("hook", "headline"), ("item", "beat"), ("cta", "other"))
# What counts how much, each as a share of the best sample's.
TITLE, EYES, SIZE, SHARP = 1.2, 1.0, 0.6, 1.0
# The side of the square around an eye that is looked at, as a share of the face's width.
EYE_SIDE = 0.22


@dataclass(frozen=True)
class _Candidate:
    """A frame of the video, and what was measured on its sample. ``eyes`` is the contrast around them."""

    frame: int
    sharpness: float
    face: float = 0.0
    eyes: float = 0.0
    title: bool = False


def settled_frame(spec: RenderSpec) -> int:
    """A frame in which everything is in place: the middle of the time in which the first title is at rest.

    Without titles, a moment of the first scene.
    """
    for roles in TITLE_ROLES:
        for first, last in _rests(spec, roles):
            frames = [frame for frame in range(first, last) if not in_transition(spec, frame)]
            if frames:
                return frames[len(frames) // 2]
    scene = spec.scenes[0]
    frame = int(scene.frames * REPRESENTATIVE_SHARE)
    return next((n for n in range(frame, 0, -1) if not in_transition(spec, n)), frame)


def choose_frame(spec: RenderSpec, item: str, samples: Iterable[tuple[float, Plane]], faces: Sequence[Face]) -> int:
    """The best of ``samples`` of ``item``, each ``(source seconds, BGR image)``, as a frame of the video.

    Counts a whole face, its size and open eyes, sharpness, and a title at rest. Frames of transitions do not count.
    Returns 0 when no sample is part of the video.
    """
    by_time: dict[float, list[Face]] = {}
    for face in faces:
        by_time.setdefault(face.time, []).append(face)
    rests = [range(*rest) for rest in _rests(spec, TITLE_ROLES[0])]
    found = []
    for time, image in samples:
        position = _position(spec, item, time)
        if position is None or in_transition(spec, position[0]):
            continue
        frame, scene, layer = position
        crop = crop_at(layer.crop_path, frame - scene.start, frame)
        whole = [one for one in by_time.get(time, []) if one.box.share_inside(crop) >= MIN_FACE_VISIBLE]
        found.append(_measured(image, crop, whole, frame, any(frame in rest for rest in rests)))
    return _best(found)


def sharpness(image: Plane) -> float:
    """Variance of the Laplacian of the grey image: low when blurred by focus or motion."""
    import cv2

    if not image.size:
        return 0.0
    return float(cv2.Laplacian(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.CV_64F).var())


def in_transition(spec: RenderSpec, frame: int) -> bool:
    """Whether a frame shows two scenes, or the way from one to the other."""
    return any(
        scene.transition is not None and scene.start <= frame < scene.start + scene.transition.frames
        for scene in spec.scenes
    )


def _rests(spec: RenderSpec, roles: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Ranges of frames in which texts of ``roles`` do not move, in order of time."""
    entrance, leaving = spec.rate.nearest(ENTRANCE_SECONDS), spec.rate.nearest(EXIT_SECONDS)
    for first, last, layer in spec.texts():
        if layer.role in roles and last - first > entrance + leaving:
            yield first + entrance, last - leaving


def _measured(image: Plane, crop: Box, faces: Sequence[Face], frame: int, title: bool) -> _Candidate:
    if not faces:
        return _Candidate(frame, sharpness(_crop(image, crop)), title=title)
    face = max(faces, key=lambda one: one.box.area)
    eyes = [sharpness(_crop(image, _eye(face.box, *place))) for place in face.landmarks[:2]]
    size = face.box.area / (crop.width * crop.height)
    return _Candidate(frame, sharpness(_crop(image, face.box)), size, min(eyes, default=0.0), title)


def _eye(face: Box, x: float, y: float) -> Box:
    width, height = face.width * EYE_SIDE, face.height * EYE_SIDE
    return Box(x - width / 2, y - height / 2, width, height)


def _best(found: Sequence[_Candidate]) -> int:
    """The frame of the best candidate; the earlier one of equals."""
    with_face = [one for one in found if one.face] or list(found)
    if not with_face:
        return 0
    most = {name: max(float(getattr(one, name)) for one in with_face) or 1.0 for name in ("sharpness", "face", "eyes")}

    def score(one: _Candidate) -> float:
        return (
            SHARP * float(np.sqrt(one.sharpness / most["sharpness"]))
            + SIZE * one.face / most["face"]
            + EYES * float(np.sqrt(one.eyes / most["eyes"]))
            + TITLE * one.title
        )

    return max(with_face, key=lambda one: (round(score(one), 9), -one.frame)).frame


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
