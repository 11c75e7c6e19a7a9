"""What the items of a video are about: faces, heads and products, as far as the analyses know them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from statistics import median

from pytoon_pipeline.contracts.analysis import Face, FocalPoints
from pytoon_pipeline.contracts.geometry import WHOLE, Box

# A subject that takes more than this share of its picture is the whole picture, on which a text may stand.
MAX_SUBJECT = 0.5


@dataclass(frozen=True)
class Subject:
    """What an item shows at ``box`` of its picture, from second ``start`` to ``end`` of a clip."""

    box: Box
    name: str
    start: float = -inf
    end: float = inf


def subjects_of_still(focus: FocalPoints, faces: Sequence[Face], transparent: bool) -> tuple[Subject, ...]:
    """What a still is about: all of a cut-out, else the heads of people, else what stands out from the rest, if it does
    so clearly.
    """
    if transparent:
        return (Subject(WHOLE, "the product"),)
    heads = [*(face.box for face in faces), *(person.head for person in focus.people)]
    if heads:
        return tuple(Subject(box, "a face") for box in heads)
    boxes = [point.box for point in focus.points if point.weight > 0]
    if not boxes:
        return ()
    middle = Box(*(median(getattr(box, name) for box in boxes) for name in Box.__slots__))
    return (Subject(middle, "the subject"),) if middle.area <= MAX_SUBJECT else ()


def subjects_of_clip(faces: Sequence[Face], step: float) -> tuple[Subject, ...]:
    """The faces of a clip, each for ``step`` seconds, the time between two samples."""
    return tuple(Subject(face.box, "a face", face.time, face.time + step) for face in faces)


def known_subjects(
    focal_points: Mapping[str, FocalPoints],
    faces: Mapping[str, Sequence[Face]],
    stills: Mapping[str, bool],
    step: float,
) -> dict[str, tuple[Subject, ...]]:
    """The subjects of items. ``stills`` says of each still whether it is transparent; others are clips, whose faces are
    looked for every ``step`` seconds.
    """
    return {
        item: subjects_of_still(focus, faces.get(item, ()), stills[item])
        if item in stills
        else subjects_of_clip(faces.get(item, ()), step)
        for item, focus in focal_points.items()
    }
