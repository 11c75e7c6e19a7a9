"""Checks of sampled frames against the plan and the source files: missing, exchanged or misplaced elements.

They rely on nothing from the renderer: ``expected`` draws small images from the plan independently.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.preset import Limits
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.quality import expected
from pytoon_pipeline.quality.context import CheckContext
from pytoon_pipeline.quality.deviation import Deviation, Limit
from pytoon_pipeline.quality.expected_elements import Element, FrameView
from pytoon_pipeline.quality.expected_text import SLACK
from pytoon_pipeline.quality.references import References
from pytoon_pipeline.quality.tiles import Values
from pytoon_pipeline.rendering.contact_sheet import BgrImage, all_sheet_frames

# Images are compared after a blur of this standard deviation, in small pixels: renderers differ in single pixels.
BLUR_SIGMA = 1.0
# An element changes a pixel when the difference is at least so many levels.
MIN_CHANGE = 6.0
# An element must change so many pixels and this share of its own: a black bar on black cannot be checked.
MIN_CHANGED_PIXELS, MIN_CHANGED_SHARE = 24, 0.05
# Source images are compared where they are this opaque and not covered, at half the size. That part must have so many
# pixels, and a standard deviation of so many levels.
MIN_OPACITY, MIN_PIXELS, MIN_CONTRAST = 0.95, 60, 6.0
# A pixel is covered when less than this share of it shows through.
COVERED = 0.02
# A shape of which less than this share is visible is not looked for.
MIN_VISIBLE_SHARE = 0.02
# A source sample that is magnified more than this lacks detail that the video has.
MAX_MAGNIFICATION = 2.0
# An image with a lower correlation than this is a different image altogether.
DIFFERENT_IMAGE = 0.5
# A background colour that differs by so many levels counts as absent.
MAX_COLOUR_DIFFERENCE = 60.0
MAX_QUOTED = 40

# The code for each kind of element, and how a message names it.
ELEMENTS = {
    "background": ("missing_layer", "the background colour"),
    "image": ("missing_item", "the image “{name}”"),
    "shape": ("missing_layer", "the shape “{name}”"),
    "text_background": ("missing_layer", "the background of “{name}”"),
    "text": ("missing_text", "the text “{name}”"),
}


@dataclass(frozen=True)
class Observation:
    """An element of the plan as observed in a frame.

    ``presence`` is how much of it is there, from 0 to 1. ``likeness`` is the correlation of an image's luma with that
    of its source, or of glyphs with the planned ones, 1 for identical. Either is None when it cannot be measured.
    """

    element: Element
    presence: float | None
    likeness: float | None = None


def plan_likeness(context: CheckContext) -> Iterator[Deviation]:
    """Elements of the plan that sampled frames of the file do not show as planned."""
    if context.spec is None or context.references is None:
        return
    faults: dict[tuple[str, str], list[PlanFault]] = {}
    fetch(context.spec, context.sampled_images, context.references)
    for frame, image in sorted(context.sampled_images.items()):
        for observation in inspect_frame(context.spec, frame, image, context.references):
            if fault := _fault(observation, frame, context.limits):
                faults.setdefault((fault.code, fault.message), []).append(fault)
    for (code, message), group in faults.items():
        worst = min(group, key=lambda one: one.value)
        first, last = group[0].frame, group[-1].frame + 1
        yield Deviation(code, message, round(worst.value, 2), context.limit(worst.limit), "gate", first, last)


def unverified(context: CheckContext) -> Iterator[Deviation]:
    """Frames that are missing from the contact sheets, so that they cannot be compared with the plan."""
    spec = context.spec
    if spec is None or context.references is None or len(context.frame_stats) != spec.frames:
        return
    expected_frames = all_sheet_frames(spec)
    if missing := sorted(expected_frames - context.sampled_images.keys()):
        message = f"{len(missing)} of {len(expected_frames)} sampled frames are missing and cannot be checked."
        limit = Limit(0, "Every sampled frame must be present")
        yield Deviation("unverified", message, len(missing), limit, "gate", missing[0], missing[-1] + 1)


@dataclass(frozen=True)
class PlanFault:
    """What is wrong with an element at a frame, and the name of the limit that it violates."""

    code: str
    message: str
    frame: int
    value: float
    limit: str


def _fault(observation: Observation, frame: int, limits: Limits) -> PlanFault | None:
    element, presence, likeness = observation.element, observation.presence, observation.likeness
    code, description = ELEMENTS[element.kind]
    description = description.format(name=element.name[:MAX_QUOTED])
    sentence_start = f"{description[0].upper()}{description[1:]}"
    if presence is not None and presence < limits.presence_min:
        message = f"{sentence_start} is missing (visible share)."
        return PlanFault(code, message, frame, presence, "presence_min")
    limit = "letter_likeness_min" if element.kind == "text" else "source_likeness_min"
    if likeness is None or likeness >= getattr(limits, limit):
        return None
    if element.kind == "text" or likeness < DIFFERENT_IMAGE:
        message = f"Something else is shown instead of {description} (correlation)."
        return PlanFault(code, message, frame, likeness, limit)
    message = f"{sentence_start} is shown with a different crop, size or position than planned (correlation)."
    return PlanFault("wrong_crop", message, frame, likeness, limit)


def fetch(spec: RenderSpec, frames: Mapping[int, BgrImage], references: References) -> None:
    """Reads the source images needed for checking ``frames``."""
    times: dict[str, set[float]] = {}
    for frame in frames:
        # Frames of transitions are not checked.
        if expected.scene_of(spec, frame) is None:
            continue
        for item, seconds in expected.moments(spec, frame):
            times.setdefault(item, set()).add(seconds)
    references.fetch(times)


def inspect_frame(spec: RenderSpec, frame: int, image: BgrImage, references: References) -> list[Observation]:
    """The elements that a frame should show, as observed in ``image``. Frames of transitions are not checked."""
    if expected.scene_of(spec, frame) is None:
        return []
    size = (image.shape[1], image.shape[0])
    view = FrameView(spec, frame, size, references)
    canvas, elements = expected.background(spec, frame, size), expected.elements(view)
    return [_background(image, canvas, elements), *compare(image, canvas, elements)]


def compare(image: BgrImage, canvas: Values, elements: Sequence[Element]) -> list[Observation]:
    """Observes each element, given from back to front, in ``image``. Draws the elements over ``canvas``."""
    befores = [_drawn_over(one, canvas) for one in elements]
    transparency = np.ones(canvas.shape[:2], np.float32)
    observations = []
    for one, before in zip(reversed(elements), reversed(befores), strict=True):
        clear, actual, planned = (one.box.crop(whole) for whole in (transparency, image, canvas))
        visible = clear if one.alpha is None else one.alpha * clear
        presence = likeness = None
        if one.exact:
            likeness = _likeness(actual, planned, visible > MIN_OPACITY, one.magnified)
        if one.certain and likeness is None and _is_seen(one, visible):
            change = (one.over(before) - before) * clear[:, :, None]
            # What covers the element may look different from how it is drawn here.
            error = (actual - planned) * (clear > COVERED)[:, :, None]
            presence, form = _presence(change, visible, error, one)
            # Text from the fallback renderer, and text before what is unknown, has no exact form.
            exact_form = one.slack == SLACK and not _stands_on_unknown(one, elements)
            likeness = form if exact_form and not one.loose else None
        observations.append(Observation(one, presence, likeness))
        clear *= 0.0 if one.alpha is None else 1 - one.alpha
    return observations[::-1]


def _stands_on_unknown(one: Element, elements: Sequence[Element]) -> bool:
    """Whether another moment of footage, or an area whose appearance is unknown, is seen around an element."""
    unknown = (other for other in elements if not other.certain)
    return any(
        other.kind == "image" or (other.alpha is None and other.box.intersection(one.box).area > 0) for other in unknown
    )


def _is_seen(one: Element, visible: Values) -> bool:
    """Whether enough of an element is visible. Of a shape that others cover, the line at their edge says nothing."""
    return bool(one.slack) or float(visible.sum()) >= MIN_VISIBLE_SHARE * visible.size


def _background(image: BgrImage, canvas: Values, elements: Sequence[Element]) -> Observation:
    """The colour behind all elements. Its presence falls with the largest difference of a channel."""
    whole = Element("background", "", Rect(0, 0, canvas.shape[1], canvas.shape[0]), canvas)
    uncovered = np.ones(canvas.shape[:2], bool)
    for one in elements:
        one.box.crop(uncovered)[:] &= False if one.alpha is None else one.alpha < 0.02
    if uncovered.sum() < MIN_PIXELS:
        return Observation(whole, None)
    difference = float(np.abs(image[uncovered].mean(axis=0) - canvas[uncovered].mean(axis=0)).max())
    return Observation(whole, 1 - difference / MAX_COLOUR_DIFFERENCE)


def _drawn_over(one: Element, canvas: Values) -> Values:
    """Draws an element over the canvas. Returns what was there before."""
    part = one.box.crop(canvas)
    before = part.copy()
    part[:] = one.over(part)
    return before


def _presence(change: Values, visible: Values, error: Values, one: Element) -> tuple[float | None, float | None]:
    """How much of a planned ``change`` is in the frame, and for elements with slack the correlation of their form.

    ``error`` is the difference of the frame from the whole plan. The presence is the least-squares factor on the change
    that explains the frame best, at the best position within the slack; for a loose element it is the ratio of the
    magnitudes of the changes.
    """
    import cv2

    changed = int((cv2.cvtColor(np.abs(change), cv2.COLOR_BGR2GRAY) > MIN_CHANGE).sum())
    if changed < max(MIN_CHANGED_PIXELS, MIN_CHANGED_SHARE * float(visible.sum())):
        return None, None
    actual, slack = error + change, one.slack
    if one.loose:
        return float(np.sqrt((_half(actual) ** 2).sum() / (_half(change) ** 2).sum())), None
    if not slack:
        actual, change = _half(actual), _half(change)
        return float((actual * change).sum() / (change**2).sum()), None
    actual = cv2.copyMakeBorder(actual, slack, slack, slack, slack, cv2.BORDER_REPLICATE)
    blurred, template = (cv2.GaussianBlur(values, (0, 0), BLUR_SIGMA) for values in (actual, change))
    presence = float(cv2.matchTemplate(blurred, template, cv2.TM_CCORR).max() / (template**2).sum())
    sharp, form = (cv2.GaussianBlur(values, (0, 0), BLUR_SIGMA / 2) for values in (actual, change))
    return presence, float(cv2.matchTemplate(sharp, form, cv2.TM_CCOEFF_NORMED).max())


def _likeness(actual: BgrImage, planned: Values, where: NDArray[np.bool_], magnified: float) -> float | None:
    """The correlation of luma inside ``where``, at half the size. It ignores brightness and contrast.

    The detail of a ``magnified`` source is unknown: both images are then blurred before the comparison.
    """
    import cv2

    edge = 1
    if magnified > MAX_MAGNIFICATION:
        sigma = magnified / 2
        edge = ceil(sigma)
        actual, planned = (cv2.GaussianBlur(one, (0, 0), sigma) for one in (actual, planned))
    kernel = np.ones((2 * edge + 1, 2 * edge + 1), np.uint8)
    inside = cv2.erode(_half(where.astype(np.uint8)), kernel, borderValue=0) > 0
    if inside.sum() < MIN_PIXELS:
        return None
    a, b = (cv2.cvtColor(_half(one), cv2.COLOR_BGR2GRAY)[inside].astype(np.float32) for one in (actual, planned))
    a, b = a - a.mean(), b - b.mean()
    if b.std() < MIN_CONTRAST:
        return None
    return float((a * b).sum() / np.sqrt(max(1e-9, float((a**2).sum() * (b**2).sum()))))


def _half(image: NDArray[Any]) -> NDArray[Any]:
    import cv2

    size = (max(1, image.shape[1] // 2), max(1, image.shape[0] // 2))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA))
