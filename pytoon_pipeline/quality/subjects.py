"""What the items of a video are about: faces and products, as far as the analyses know them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf

from pytoon_pipeline.contracts.analysis import Face
from pytoon_pipeline.contracts.geometry import WHOLE, Box


@dataclass(frozen=True)
class Subject:
    """What an item shows at ``box`` of its picture, from second ``start`` to ``end`` of a clip."""

    box: Box
    name: str
    start: float = -inf
    end: float = inf


def subjects_of_still(faces: Sequence[Face], transparent: bool) -> tuple[Subject, ...]:
    """What a text must not hide in a still: all of a cut-out, else the faces.

    What merely stands out, such as clothes or a building, may well be what a text stands on.
    """
    if transparent:
        return (Subject(WHOLE, "the product"),)
    return tuple(Subject(face.box, "a face") for face in faces)


def subjects_of_clip(faces: Sequence[Face], step: float) -> tuple[Subject, ...]:
    """The faces of a clip, each for ``step`` seconds, the time between two samples."""
    return tuple(Subject(face.box, "a face", face.time, face.time + step) for face in faces)


def known_subjects(
    faces: Mapping[str, Sequence[Face]], stills: Mapping[str, bool], step: float
) -> dict[str, tuple[Subject, ...]]:
    """The subjects of items. ``stills`` says of each still whether it is transparent; others are clips, whose faces are
    looked for every ``step`` seconds.
    """
    found = {item: subjects_of_clip(seen, step) for item, seen in faces.items() if item not in stills}
    return found | {item: subjects_of_still(faces.get(item, ()), transparent) for item, transparent in stills.items()}
