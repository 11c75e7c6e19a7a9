"""What the camera follows: one face through a shot, or the place where the picture's detail is."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from pytoon_pipeline.contracts.analysis import Face, FocalPoint
from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline.planning.analysed_media import AnalysedMedia

# A track ends when its face is missing for this long.
TRACK_GAP_SECONDS = 1.2
# A track counts when it lasts this long, or fills this share of a short shot: single detections are false alarms.
MIN_SECONDS = 0.6
MIN_SHARE = 0.3
# What belongs to a head around the box of its face, as shares of the box.
HAIR, CHIN, SIDE = 0.7, 0.25, 0.3


@dataclass
class FaceTrack:
    """Detections of what seems to be one face, in order of time."""

    detections: list[Face] = field(default_factory=list)

    @property
    def weight(self) -> float:
        """The sum of size × score over its detections."""
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
    """Groups detections into tracks: a track continues with a face of similar size, less than a face's width away."""
    tracks: list[FaceTrack] = []
    for face in sorted(faces, key=lambda face: (face.time, -face.score)):
        fitting = [t for t in tracks if _same_face(t.detections[-1], face)]
        if fitting:
            min(fitting, key=lambda t: _distance(t.detections[-1], face)).detections.append(face)
        else:
            tracks.append(FaceTrack([face]))
    return tracks


def main_face(faces: Sequence[Face], start: float, end: float) -> list[Detection]:
    """The main face of the shot ``[start, end)``, smoothed by a median of three; empty when there is none."""
    shot = [face for face in faces if start <= face.time < end]
    min_seconds = min(MIN_SECONDS, MIN_SHARE * (end - start))
    tracks = [t for t in track_faces(shot) if len(t.detections) > 1 and t.seconds >= min_seconds]
    if not tracks:
        return []
    track = max(tracks, key=lambda t: t.weight).detections
    return [
        Detection(face.time, _median_box([f.box for f in track[max(0, i - 1) : i + 2]])) for i, face in enumerate(track)
    ]


def focal_box(points: Sequence[FocalPoint], start: float, end: float) -> Box | None:
    """The median place of a shot's detail; none when the picture is empty."""
    boxes = [p.box for p in points if start <= p.time < end and p.weight > 0]
    return _median_box(boxes) if boxes else None


def subject_box(material: AnalysedMedia) -> Box:
    """What must stay in view of a picture: its heads, else its detail, else all that is not a black border."""
    if material.faces:
        boxes = [face.box for face in material.faces]
        left, right = min(b.x - SIDE * b.width for b in boxes), max(b.x + (1 + SIDE) * b.width for b in boxes)
        top, bottom = min(b.y - HAIR * b.height for b in boxes), max(b.y + (1 + CHIN) * b.height for b in boxes)
        left, right, top, bottom = max(0.0, left), min(1.0, right), max(0.0, top), min(1.0, bottom)
        return Box(x=left, y=top, width=right - left, height=bottom - top)
    return focal_box(material.focus.points, -1.0, 1e9) or material.sampled.picture


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
