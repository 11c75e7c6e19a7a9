"""Pictures against the plan and the source files: what was forgotten, exchanged or put elsewhere.

Nothing that the renderer says of its work counts here: ``expected`` draws small pictures from the plan again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.preset import Limits
from pytoon_pipeline.contracts.quality import Finding
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.quality import expected
from pytoon_pipeline.quality.context import CheckContext
from pytoon_pipeline.quality.expected import Element, FrameView
from pytoon_pipeline.quality.expected_text import SLACK
from pytoon_pipeline.quality.references import References
from pytoon_pipeline.quality.tiles import Values
from pytoon_pipeline.rendering.contact_sheet import BgrImage, all_sheet_frames

# Standard deviation of the blur under which pictures are compared, in small pixels: renderers differ in single ones.
SOFTNESS = 1.0
# A pixel counts as changed by an element from so many levels on.
FAINT = 6.0
# Fewer changed pixels, of all or as a share of the element's own, cannot be judged: a black bar on black shows nothing.
FEW, FEW_SHARE = 24, 0.05
# Of pictures, the part is compared that is this opaque and not covered, at half the size; it needs so many pixels and
# levels of contrast.
CLEAR, ENOUGH, CONTRAST = 0.95, 60, 6.0
# Less than this of a pixel shows through what covers it.
COVERED = 0.02
# Source pictures with more small pixels than this for one of their own lack detail that the video shows.
COARSE = 2.0
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


@dataclass(frozen=True)
class Observation:
    """An element of a frame as the picture shows it.

    ``share`` is how much of it is there, 1 for all and 0 for nothing; ``likeness`` the correlation of a picture's
    luma with that of its source, or of letters with those planned, 1 for the same. Either is none where it cannot be
    told.
    """

    element: Element
    share: float | None
    likeness: float | None = None


def plan_likeness(context: CheckContext) -> Iterator[Finding]:
    """Sampled pictures of the file that do not show what the plan says, element by element."""
    if context.spec is None or context.references is None:
        return
    faults: dict[tuple[str, str], list[PlanFault]] = {}
    fetch(context.spec, context.sampled_images, context.references)
    for frame, picture in sorted(context.sampled_images.items()):
        for seen in inspect_frame(context.spec, frame, picture, context.references):
            if fault := _fault(seen, frame, context.limits):
                faults.setdefault((fault.code, fault.message), []).append(fault)
    for (code, message), found in faults.items():
        worst = min(found, key=lambda one: one.value)
        yield context.limited(
            "frame", code, worst.limit, round(worst.value, 2), message, "gate", found[0].frame, found[-1].frame + 1
        )


def unverified(context: CheckContext) -> Iterator[Finding]:
    """Contact sheets that lack pictures."""
    spec = context.spec
    if spec is None or context.references is None or len(context.frame_stats) != spec.frames:
        return
    wanted = all_sheet_frames(spec)
    if lacking := sorted(wanted - context.sampled_images.keys()):
        message = f"{len(lacking)} of {len(wanted)} sampled pictures of the video are not there."
        source, end = "Every sampled picture must be there", lacking[-1] + 1
        yield context.finding("frame", "unverified", "gate", message, len(lacking), 0, source, lacking[0], end)


@dataclass(frozen=True)
class PlanFault:
    """What is wrong with an element at a frame, and which limit says so."""

    code: str
    message: str
    frame: int
    value: float
    limit: str


def _fault(seen: Observation, frame: int, limits: Limits) -> PlanFault | None:
    code, what = WHAT[seen.element.kind]
    what = what.format(name=seen.element.name[:40])
    if seen.share is not None and seen.share < limits.presence_min:
        return PlanFault(code, f"{what[0].upper()}{what[1:]} is not there.", frame, seen.share, "presence_min")
    limit = "letter_likeness_min" if seen.element.kind == "text" else "source_likeness_min"
    if seen.likeness is None or seen.likeness >= getattr(limits, limit):
        return None
    if seen.element.kind == "text" or seen.likeness < ANOTHER:
        return PlanFault(code, f"In place of {what} something else is shown.", frame, seen.likeness, limit)
    message = f"{what[0].upper()}{what[1:]} is not shown as planned: its crop, size or place is another."
    return PlanFault("wrong_crop", message, frame, seen.likeness, limit)


def fetch(spec: RenderSpec, frames: Mapping[int, BgrImage], references: References) -> None:
    """Reads the source pictures that checking ``frames`` takes."""
    wanted: dict[str, set[float]] = {}
    for frame in frames:
        # What is not judged takes no pictures.
        if expected.scene_of(spec, frame) is None:
            continue
        for item, seconds in expected.moments(spec, frame):
            wanted.setdefault(item, set()).add(seconds)
    references.fetch(wanted)


def inspect_frame(spec: RenderSpec, frame: int, picture: BgrImage, references: References) -> list[Observation]:
    """The elements that a frame should show. While one scene gives way to another nothing can be told."""
    if expected.scene_of(spec, frame) is None:
        return []
    size = (picture.shape[1], picture.shape[0])
    view = FrameView(spec, frame, size, references)
    canvas, elements = expected.ground(spec, frame, size), expected.elements(view)
    return [_ground(picture, canvas, elements), *compare(picture, canvas, elements)]


def compare(picture: BgrImage, canvas: Values, elements: Sequence[Element]) -> list[Observation]:
    """How much of each element, given from back to front, a picture shows. They are laid over ``canvas``."""
    befores = [_laid(one, canvas) for one in elements]
    through = np.ones(canvas.shape[:2], np.float32)
    found = []
    for one, before in zip(reversed(elements), reversed(befores), strict=True):
        clear, shown, wanted = (one.box.crop(whole) for whole in (through, picture, canvas))
        visible = clear if one.alpha is None else one.alpha * clear
        share = likeness = None
        if one.exact:
            likeness = _likeness(shown, wanted, visible > CLEAR, one.magnified)
        if one.certain and likeness is None:
            change = (one.over(before) - before) * clear[:, :, None]
            # What covers it may look other than it is drawn.
            error = (shown - wanted) * (clear > COVERED)[:, :, None]
            share, form = _share(change, visible, error, one)
            # Letters that are set plainly, and what stands before another moment of footage, have no exact form.
            known = one.slack == SLACK and all(other.certain for other in elements if other.kind == "picture")
            likeness = form if known and not one.loose else None
        found.append(Observation(one, share, likeness))
        clear *= 0.0 if one.alpha is None else 1 - one.alpha
    return found[::-1]


def _ground(picture: BgrImage, canvas: Values, elements: Sequence[Element]) -> Observation:
    """The colour behind all elements: its share falls with the levels by which it is off in any channel."""
    whole = Element("ground", "", Rect(0, 0, canvas.shape[1], canvas.shape[0]), canvas)
    bare = np.ones(canvas.shape[:2], bool)
    for one in elements:
        one.box.crop(bare)[:] &= False if one.alpha is None else one.alpha < 0.02
    if bare.sum() < ENOUGH:
        return Observation(whole, None)
    off = float(np.abs(picture[bare].mean(axis=0) - canvas[bare].mean(axis=0)).max())
    return Observation(whole, 1 - off / OTHER_COLOUR)


def _laid(one: Element, canvas: Values) -> Values:
    """Lays an element over the canvas; gives what was there before."""
    part = one.box.crop(canvas)
    before = part.copy()
    part[:] = one.over(part)
    return before


def _share(change: Values, visible: Values, error: Values, one: Element) -> tuple[float | None, float | None]:
    """The share of a planned ``change`` that is in the picture, which is off by ``error`` from the whole plan; of what
    has slack, such as letters, also how much its form is like the planned one.

    The share is the least-squares factor on the change that explains the picture best, at the best place within the
    slack; of what is loose, the ratio of the changes' magnitudes.
    """
    import cv2

    changed = int((cv2.cvtColor(np.abs(change), cv2.COLOR_BGR2GRAY) > FAINT).sum())
    if changed < max(FEW, FEW_SHARE * float(visible.sum())):
        return None, None
    there, slack = error + change, one.slack
    if one.loose:
        return float(np.sqrt((_half(there) ** 2).sum() / (_half(change) ** 2).sum())), None
    if not slack:
        there, change = _half(there), _half(change)
        return float((there * change).sum() / (change**2).sum()), None
    there = cv2.copyMakeBorder(there, slack, slack, slack, slack, cv2.BORDER_REPLICATE)
    blurred, soft = (cv2.GaussianBlur(one, (0, 0), SOFTNESS) for one in (there, change))
    share = float(cv2.matchTemplate(blurred, soft, cv2.TM_CCORR).max() / (soft**2).sum())
    sharp, form = (cv2.GaussianBlur(one, (0, 0), SOFTNESS / 2) for one in (there, change))
    return share, float(cv2.matchTemplate(sharp, form, cv2.TM_CCOEFF_NORMED).max())


def _likeness(picture: BgrImage, wanted: Values, where: NDArray[np.bool_], magnified: float) -> float | None:
    """Correlation of luma inside ``where``, at half the size; brightness and contrast do not count.

    Of a source picture that is ``magnified``, detail is not known: then both are compared without it.
    """
    import cv2

    edge = 1
    if magnified > COARSE:
        sigma = magnified / 2
        edge = ceil(sigma)
        picture, wanted = (cv2.GaussianBlur(one, (0, 0), sigma) for one in (picture, wanted))
    kernel = np.ones((2 * edge + 1, 2 * edge + 1), np.uint8)
    inside = cv2.erode(_half(where.astype(np.uint8)), kernel, borderValue=0) > 0
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
