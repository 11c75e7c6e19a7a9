"""What a picture or a shot is about: faces and people, else the place where its detail is; and burnt-in text."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from pytoon_pipeline.contracts.analysis import BurntInText, Face, FocalPoint, Person
from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline.planning.analysed_media import AnalysedMedia

# A track ends when its head is missing for this long.
TRACK_GAP_SECONDS = 2.5
# A track counts when it lasts this long, or fills this share of a short shot: single detections are false alarms.
MIN_SECONDS = 0.6
MIN_SHARE = 0.3
# What belongs to a head around the box of its face, as shares of the box.
HAIR, CHIN, SIDE = 0.7, 0.25, 0.3
# The pose detector is less exact than that of faces: it counts this much, and not within so many seconds of a face.
PERSON_WEIGHT = 0.5
FACE_PREFERRED_SECONDS = 0.9
# A detection of a person belongs to a face that is at most so many sizes of the face away.
SAME_HEAD = 1.5
# Time that one detection stands for, in seconds.
SAMPLE_SECONDS = 0.2
# Another head counts beside the main one when it is at least so large and visible for this share of the shot.
MIN_COMPANION_SIZE, MIN_COMPANION_SHARE = 0.55, 0.5
# Text that is burnt in is searched once in so many seconds, so it may be visible so much earlier and later.
TEXT_SECONDS = 0.8


@dataclass
class HeadTrack:
    """Detections of what seems to be one head, in order of time."""

    detections: list[Face] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return self.detections[-1].time - self.detections[0].time

    @property
    def size(self) -> float:
        """The usual width of the head."""
        return median(face.box.width for face in self.detections)

    @property
    def usual_box(self) -> Box:
        """The median of its boxes."""
        return _median_box([face.box for face in self.detections])

    @property
    def weight(self) -> float:
        """Size × score, averaged, × seconds."""
        mean = sum(face.score * face.box.area for face in self.detections) / len(self.detections)
        return mean * (self.seconds + SAMPLE_SECONDS)

    def smoothed(self) -> list["Detection"]:
        """The detections by a median of three."""
        faces = self.detections
        return [
            Detection(face.time, _median_box([f.box for f in faces[max(0, i - 1) : i + 2]]))
            for i, face in enumerate(faces)
        ]


@dataclass(frozen=True)
class Detection:
    """Where the subject is at one moment."""

    time: float
    box: Box


def heads(faces: Sequence[Face], people: Sequence[Person]) -> list[Face]:
    """Faces, and the heads of people whose face was not found, as faces without landmarks; in order of time."""
    found = sorted(faces, key=lambda face: face.time)
    times = [face.time for face in found]
    faces = tuple(found)
    for person in people:
        first = bisect_left(times, person.time - FACE_PREFERRED_SECONDS)
        near = faces[first : bisect_right(times, person.time + FACE_PREFERRED_SECONDS)]
        if not any(_near(face.box, person.head) for face in near):
            found.append(Face(time=person.time, box=person.head, score=person.score * PERSON_WEIGHT))
    return sorted(found, key=lambda face: (face.time, -face.score))


def track_heads(faces: Sequence[Face]) -> list[HeadTrack]:
    """Groups detections into tracks: a track continues with a head of similar size, less than a head's width away."""
    tracks: list[HeadTrack] = []
    for face in sorted(faces, key=lambda face: (face.time, -face.score)):
        fitting = [t for t in tracks if _same_head(t.detections[-1], face)]
        if fitting:
            min(fitting, key=lambda t: _distance(t.detections[-1], face)).detections.append(face)
        else:
            tracks.append(HeadTrack([face]))
    return tracks


def main_tracks(faces: Sequence[Face], start: float, end: float) -> list[HeadTrack]:
    """The heads that the shot ``[start, end)`` is about, the most important one first; empty when it shows none.

    ``faces`` are those of the whole source. Others than the first are nearly as large and visible most of the time.
    """
    shot = [face for face in faces if start <= face.time < end]
    min_seconds = min(MIN_SECONDS, MIN_SHARE * (end - start))
    tracks = [t for t in track_heads(shot) if len(t.detections) > 1 and t.seconds >= min_seconds]
    tracks.sort(key=lambda t: -t.weight)
    long = MIN_COMPANION_SHARE * (end - start)
    return [
        track
        for n, track in enumerate(tracks)
        if n == 0 or (track.size >= MIN_COMPANION_SIZE * tracks[0].size and track.seconds >= long)
    ]


def focal_box(points: Sequence[FocalPoint], start: float, end: float) -> Box | None:
    """The median place of a shot's detail; none when the picture is empty."""
    boxes = [p.box for p in points if start <= p.time < end and p.weight > 0]
    return _median_box(boxes) if boxes else None


def texts_in(texts: Sequence[BurntInText], start: float, end: float) -> list[BurntInText]:
    """Burnt-in text that the shot ``[start, end)`` shows."""
    return [text for text in texts if text.start < end and text.end >= start]


def text_boxes(material: AnalysedMedia) -> tuple[Box, ...]:
    """Where a picture or clip has burnt-in text at any time."""
    return tuple(text.box for text in material.focus.texts)


def subject_box(material: AnalysedMedia) -> Box:
    """What must stay in view of a picture: one person, or the heads of several; else its detail, else all but its
    borders; and burnt-in text.
    """
    faces = heads(material.faces, material.focus.people)
    boxes = [head_box(face.box) for face in faces]
    if len(faces) == 1:
        boxes += [person.body for person in material.focus.people]
    if boxes:
        return _within_picture(union_box([*boxes, *text_boxes(material)]))
    box = focal_box(material.focus.points, -1.0, 1e9) or material.sampled.picture
    return union_box([box, *text_boxes(material)])


def essential_box(material: AnalysedMedia) -> Box:
    """What may never be cut: heads and burnt-in text; without people, the whole subject. Bodies may be cut."""
    boxes = [head_box(face.box) for face in heads(material.faces, material.focus.people)]
    if not boxes:
        return subject_box(material)
    return _within_picture(union_box([*boxes, *text_boxes(material)]))


def head_box(face: Box) -> Box:
    """A whole head with its hair, around the box of its face."""
    return Box(
        face.x - SIDE * face.width,
        face.y - HAIR * face.height,
        face.width * (1 + 2 * SIDE),
        face.height * (1 + HAIR + CHIN),
    )


def union_box(boxes: Sequence[Box]) -> Box:
    """The smallest box around all."""
    left, top = min(box.x for box in boxes), min(box.y for box in boxes)
    right, bottom = max(box.x + box.width for box in boxes), max(box.y + box.height for box in boxes)
    return Box(x=left, y=top, width=right - left, height=bottom - top)


def _within_picture(box: Box) -> Box:
    left, top = max(0.0, box.x), max(0.0, box.y)
    right, bottom = min(1.0, box.x + box.width), min(1.0, box.y + box.height)
    return Box(x=left, y=top, width=right - left, height=bottom - top)


def _near(face: Box, head: Box) -> bool:
    (ax, ay), (bx, by) = face.centre, head.centre
    size = max(face.width, head.width), max(face.height, head.height)
    return abs(ax - bx) < SAME_HEAD * size[0] and abs(ay - by) < SAME_HEAD * size[1]


def _same_head(last: Face, face: Face) -> bool:
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
