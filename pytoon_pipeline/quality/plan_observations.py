"""What sampled frames show of the plan: how much of each element is there, and how alike it is.

This relies on nothing from the renderer: ``expected`` draws small images from the plan independently.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.quality import expected
from pytoon_pipeline.quality.expected_elements import Element, FrameView, Kind
from pytoon_pipeline.quality.expected_text import SLACK
from pytoon_pipeline.quality.references import References
from pytoon_pipeline.quality.tiles import Values
from pytoon_pipeline.rendering.contact_sheet import BgrImage

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
# A background colour that differs by so many levels counts as absent.
MAX_COLOUR_DIFFERENCE = 60.0


class Observation(Record):
    """An element of the plan as observed in a frame.

    ``presence`` is how much of it is there, from 0 to 1. ``likeness`` is the correlation of an image's luma with that
    of its source, or of glyphs with the planned ones, 1 for identical. Either is None when it cannot be measured.
    """

    kind: Kind
    name: str
    presence: float | None
    likeness: float | None = None


Observations = Mapping[int, Sequence[Observation]]
# What observes frames: gets the plan, images of frames by their number, and the sources.
Observer = Callable[[RenderSpec, Mapping[int, BgrImage], References], Observations]


def observe(spec: RenderSpec, images: Mapping[int, BgrImage], references: References) -> Observations:
    """The elements that frames should show, as observed in their ``images``, by frame.

    Reads the source images that this needs. Frames of transitions are not observed.
    """
    fetch(spec, images, references)
    return {frame: inspect_frame(spec, frame, image, references) for frame, image in images.items()}


def fetch(spec: RenderSpec, frames: Iterable[int], references: References) -> None:
    """Reads the source images needed for observing ``frames``."""
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
        observations.append(Observation(kind=one.kind, name=one.name, presence=presence, likeness=likeness))
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
    uncovered = np.ones(canvas.shape[:2], bool)
    for one in elements:
        one.box.crop(uncovered)[:] &= False if one.alpha is None else one.alpha < 0.02
    if uncovered.sum() < MIN_PIXELS:
        return Observation(kind="background", name="", presence=None)
    difference = float(np.abs(image[uncovered].mean(axis=0) - canvas[uncovered].mean(axis=0)).max())
    return Observation(kind="background", name="", presence=1 - difference / MAX_COLOUR_DIFFERENCE)


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
