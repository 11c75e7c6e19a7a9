"""Whom or what the camera follows: one face through a shot, or the place where the picture's detail is."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from pytoon_pipeline.contracts.analysis import Face, FocalPoint
from pytoon_pipeline.contracts.geometry import Box

# A lost face is waited for this long before its track ends.
TRACK_GAP_SECONDS = 1.2
# A track counts when it lasts this long, or fills this part of a short shot: single sightings are false alarms.
MIN_SECONDS = 0.6
MIN_SHARE = 0.3


@dataclass
class FaceTrack:
    """Sightings of what seems to be one face, in order of time."""

    detections: list[Face] = field(default_factory=list)

    @property
    def weight(self) -> float:
        """Size and certainty, added up over its sightings."""
        return sum(face.score * face.box.width * face.box.height for face in self.detections)

    @property
    def seconds(self) -> float:
        return self.detections[-1].time - self.detections[0].time


@dataclass(frozen=True)
class Detection:
    """Where the subject is at one moment."""

    time: float
    box: Box


def track_faces(faces: Sequence[Face]) -> list[FaceTrack]:
    """Groups sightings into tracks: a face goes on where one of like size was, within its own width."""
    tracks: list[FaceTrack] = []
    for face in sorted(faces, key=lambda face: (face.time, -face.score)):
        fitting = [t for t in tracks if _same_face(t.detections[-1], face)]
        if fitting:
            min(fitting, key=lambda t: _distance(t.detections[-1], face)).detections.append(face)
        else:
            tracks.append(FaceTrack([face]))
    return tracks


def main_face(faces: Sequence[Face], start: float, end: float) -> list[Detection]:
    """The face that the shot ``[start, end)`` is about, freed of outliers; empty when there is none."""
    shot = [face for face in faces if start <= face.time < end]
    lasting = min(MIN_SECONDS, MIN_SHARE * (end - start))
    tracks = [t for t in track_faces(shot) if len(t.detections) > 1 and t.seconds >= lasting]
    if not tracks:
        return []
    track = max(tracks, key=lambda t: t.weight).detections
    return [
        Detection(face.time, _median_box([f.box for f in track[max(0, i - 1) : i + 2]])) for i, face in enumerate(track)
    ]


def focal_box(points: Sequence[FocalPoint], start: float, end: float) -> Box | None:
    """Where the detail of a shot is, over all of it; none when the picture is empty."""
    boxes = [p.box for p in points if start <= p.time < end and p.weight > 0]
    return _median_box(boxes) if boxes else None


def _same_face(last: Face, face: Face) -> bool:
    gap = face.time - last.time
    reach = max(last.box.width, face.box.width) * (1 + gap)
    sizes = sorted((last.box.width, face.box.width))
    return 0 < gap <= TRACK_GAP_SECONDS and _distance(last, face) < reach and sizes[1] < 2 * sizes[0]


def _distance(a: Face, b: Face) -> float:
    (ax, ay), (bx, by) = a.box.centre, b.box.centre
    return float(((ax - bx) ** 2 + (ay - by) ** 2) ** 0.5)


def _median_box(boxes: Sequence[Box]) -> Box:
    return Box(
        x=median(box.x for box in boxes),
        y=median(box.y for box in boxes),
        width=median(box.width for box in boxes),
        height=median(box.height for box in boxes),
    )
