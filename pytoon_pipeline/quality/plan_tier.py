"""Pictures against the plan and the source files: what was forgotten, exchanged or put elsewhere.

Nothing that the renderer says of its work counts here: ``expected`` draws small pictures from the plan again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.preset import Limits
from pytoon_pipeline.contracts.quality import Finding
from pytoon_pipeline.contracts.spec import RenderSpec
from pytoon_pipeline.quality import expected
from pytoon_pipeline.quality.expected import Element, View
from pytoon_pipeline.quality.lettering import SLACK
from pytoon_pipeline.quality.references import References
from pytoon_pipeline.quality.subject import Subject
from pytoon_pipeline.quality.tiles import Area, Values
from pytoon_pipeline.rendering.contact_sheet import Image, sampled_frames

# Standard deviation of the blur under which pictures are compared, in small pixels: renderers differ in single ones.
SOFTNESS = 1.0
# A pixel counts as changed by an element from so many levels on.
FAINT = 6.0
# Fewer changed pixels, of all or as a share of the element's own, cannot be judged: a black bar on black shows nothing.
FEW, FEW_SHARE = 24, 0.05
# Of pictures, the part is compared that is this opaque and not covered, at half the size; it needs so many pixels and
# levels of contrast.
CLEAR, ENOUGH, CONTRAST = 0.95, 60, 6.0
# A sampled picture is of the frame that was measured when its blocks differ by less, in levels on average: measured are
# 1 to 2.5, because blocks look at every fourth pixel only. Colours beyond RGB come back with another luma: then the
# correlation of the blocks decides.
SAME_MEAN, SAME_FORM = 4.0, 0.95
# A picture that is less like the planned one than this is another one altogether.
ANOTHER = 0.5

# A ground whose colour is off by so many levels is not there at all.
OTHER_COLOUR = 60.0

WHAT = {
    "ground": ("missing_layer", "the background colour"),
    "picture": ("missing_item", "the picture “{name}”"),
    "shape": ("missing_layer", "the shape “{name}”"),
    "plate": ("missing_layer", "the plate behind “{name}”"),
    "text": ("missing_text", "the text “{name}”"),
}
LUMA = np.array([0.0722, 0.7152, 0.2126], np.float32)


@dataclass(frozen=True)
class Seen:
    """An element of a frame as the picture shows it.

    ``share`` is how much of it is there, 1 for all and 0 for nothing; ``likeness`` the correlation of a picture's
    luma with that of its source, or of letters with those planned, 1 for the same. Either is none where it cannot be
    told.
    """

    element: Element
    share: float | None
    likeness: float | None = None


def plan_likeness(subject: Subject) -> Iterator[Finding]:
    """Sampled pictures of the file that do not show what the plan says, element by element."""
    if subject.spec is None or subject.references is None:
        return
    faults: dict[tuple[str, str], list[Fault]] = {}
    fetch(subject.spec, subject.pictures, subject.references)
    for frame, picture in sorted(subject.pictures.items()):
        for seen in inspect_frame(subject.spec, frame, picture, subject.references):
            if fault := _fault(seen, frame, subject.limits):
                faults.setdefault((fault.code, fault.message), []).append(fault)
    for (code, message), found in faults.items():
        worst = min(found, key=lambda one: one.value)
        yield subject.limited(
            "frame", code, worst.limit, round(worst.value, 2), message, "gate", found[0].frame, found[-1].frame + 1
        )


def unverified(subject: Subject) -> Iterator[Finding]:
    """Contact sheets that lack pictures, or that do not show the frames that were measured."""
    spec, trace = subject.spec, subject.trace
    if spec is None or subject.references is None or len(trace) != spec.frames:
        return
    wanted = sampled_frames(spec)
    wrong = [n for n in sorted(wanted) if not _same(subject.pictures.get(n), trace.blocks[n, :, :, 0])]
    if wrong:
        message = f"{len(wrong)} of {len(wanted)} sampled pictures are not those of the video."
        source = "Every sampled picture must be there"
        yield subject.finding("frame", "unverified", "gate", message, len(wrong), 0, source, wrong[0], wrong[-1] + 1)


def _same(picture: Image | None, blocks: NDArray[np.uint8]) -> bool:
    """Whether a small picture has the means of luma, in limited range, that were measured for its frame."""
    import cv2

    if picture is None:
        return False
    luma = 16 + (picture.astype(np.float32) @ LUMA) * 219 / 255
    means = cv2.resize(luma, blocks.shape[::-1], interpolation=cv2.INTER_AREA)
    a, b = means.ravel().astype(np.float64), blocks.ravel().astype(np.float64)
    if np.abs(a - b).mean() < SAME_MEAN:
        return True
    a, b = a - a.mean(), b - b.mean()
    return float((a * b).sum()) > SAME_FORM * float(np.sqrt((a**2).sum() * (b**2).sum()))


@dataclass(frozen=True)
class Fault:
    """What is wrong with an element at a frame, and which limit says so."""

    code: str
    message: str
    frame: int
    value: float
    limit: str


def _fault(seen: Seen, frame: int, limits: Limits) -> Fault | None:
    code, what = WHAT[seen.element.kind]
    what = what.format(name=seen.element.name[:40])
    if seen.share is not None and seen.share < limits.presence_min:
        return Fault(code, f"{what[0].upper()}{what[1:]} is not there.", frame, seen.share, "presence_min")
    limit = "letter_likeness_min" if seen.element.kind == "text" else "source_likeness_min"
    if seen.likeness is None or seen.likeness >= getattr(limits, limit):
        return None
    if seen.element.kind == "text" or seen.likeness < ANOTHER:
        return Fault(code, f"In place of {what} something else is shown.", frame, seen.likeness, limit)
    message = f"{what[0].upper()}{what[1:]} is not shown as planned: its crop, size or place is another."
    return Fault("wrong_crop", message, frame, seen.likeness, limit)


def fetch(spec: RenderSpec, frames: Mapping[int, Image], references: References) -> None:
    """Reads the source pictures that checking ``frames`` takes."""
    wanted: dict[str, set[float]] = {}
    for frame in frames:
        for item, seconds in expected.moments(spec, frame):
            wanted.setdefault(item, set()).add(seconds)
    references.fetch(wanted)


def inspect_frame(spec: RenderSpec, frame: int, picture: Image, references: References) -> list[Seen]:
    """The elements that a frame should show. While one scene gives way to another nothing can be told."""
    if expected.scene_of(spec, frame) is None:
        return []
    size = (picture.shape[1], picture.shape[0])
    view = View(spec, frame, size, references)
    canvas, elements = expected.ground(spec, frame, size), expected.elements(view)
    return [_ground(picture, canvas, elements), *compare(picture, canvas, elements)]


def compare(picture: Image, canvas: Values, elements: Sequence[Element]) -> list[Seen]:
    """How much of each element, given from back to front, a picture shows. They are laid over ``canvas``."""
    befores = [_laid(one, canvas) for one in elements]
    through = np.ones(canvas.shape[:2], np.float32)
    found = []
    for one, before in zip(reversed(elements), reversed(befores), strict=True):
        clear, shown, wanted = (one.area.of(whole) for whole in (through, picture, canvas))
        visible = clear if one.alpha is None else one.alpha * clear
        share = likeness = None
        if one.exact:
            likeness = _likeness(shown, wanted, visible > CLEAR)
        if one.certain and likeness is None:
            change = (one.over(before) - before) * clear[:, :, None]
            share, form = _share(change, visible, shown - wanted, one.slack)
            # Letters that are set plainly, and what stands before another moment of footage, have no exact form.
            known = one.slack == SLACK and all(other.certain for other in elements if other.kind == "picture")
            likeness = form if known else None
        found.append(Seen(one, share, likeness))
        clear *= 0.0 if one.alpha is None else 1 - one.alpha
    return found[::-1]


def _ground(picture: Image, canvas: Values, elements: Sequence[Element]) -> Seen:
    """The colour behind all elements: its share falls with the levels by which it is off in any channel."""
    whole = Element("ground", "", Area(0, 0, canvas.shape[1], canvas.shape[0]), canvas)
    bare = np.ones(canvas.shape[:2], bool)
    for one in elements:
        one.area.of(bare)[:] &= False if one.alpha is None else one.alpha < 0.02
    if bare.sum() < ENOUGH:
        return Seen(whole, None)
    off = float(np.abs(picture[bare].mean(axis=0) - canvas[bare].mean(axis=0)).max())
    return Seen(whole, 1 - off / OTHER_COLOUR)


def _laid(one: Element, canvas: Values) -> Values:
    """Lays an element over the canvas; gives what was there before."""
    part = one.area.of(canvas)
    before = part.copy()
    part[:] = one.over(part)
    return before


def _share(change: Values, visible: Values, error: Values, slack: int) -> tuple[float | None, float | None]:
    """The share of a planned ``change`` that is in the picture, which is off by ``error`` from the whole plan; of what
    has ``slack``, such as letters, also how much its form is like the planned one.

    The share is the least-squares factor on the change that explains the picture best, at the best place within
    ``slack``.
    """
    import cv2

    changed = int((cv2.cvtColor(np.abs(change), cv2.COLOR_BGR2GRAY) > FAINT).sum())
    if changed < max(FEW, FEW_SHARE * float(visible.sum())):
        return None, None
    there = error + change
    if not slack:
        there, change = _half(there), _half(change)
        return float((there * change).sum() / (change**2).sum()), None
    there = cv2.copyMakeBorder(there, slack, slack, slack, slack, cv2.BORDER_REPLICATE)
    blurred, soft = (cv2.GaussianBlur(one, (0, 0), SOFTNESS) for one in (there, change))
    share = float(cv2.matchTemplate(blurred, soft, cv2.TM_CCORR).max() / (soft**2).sum())
    sharp, form = (cv2.GaussianBlur(one, (0, 0), SOFTNESS / 2) for one in (there, change))
    return share, float(cv2.matchTemplate(sharp, form, cv2.TM_CCOEFF_NORMED).max())


def _likeness(picture: Image, wanted: Values, where: NDArray[np.bool_]) -> float | None:
    """Correlation of luma inside ``where``, at half the size; brightness and contrast do not count."""
    import cv2

    inside = cv2.erode(_half(where.astype(np.uint8)), np.ones((3, 3), np.uint8), borderValue=0) > 0
    if inside.sum() < ENOUGH:
        return None
    a, b = (cv2.cvtColor(_half(one), cv2.COLOR_BGR2GRAY)[inside].astype(np.float32) for one in (picture, wanted))
    a, b = a - a.mean(), b - b.mean()
    if b.std() < CONTRAST:
        return None
    return float((a * b).sum() / np.sqrt(max(1e-9, float((a**2).sum() * (b**2).sum()))))


def _half(picture: NDArray[Any]) -> NDArray[Any]:
    import cv2

    size = (max(1, picture.shape[1] // 2), max(1, picture.shape[0] // 2))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))
