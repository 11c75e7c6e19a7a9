"""Titles, which are texts that are not speech: where they stand, how large, when, and how they come in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pytoon_pipeline.contracts.errors import InvalidInput, field_error
from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.output_format import WIDTH
from pytoon_pipeline.contracts.preset import AnimationIn, HeadlineSettings
from pytoon_pipeline.contracts.request import MediaRequest, TextRequest
from pytoon_pipeline.contracts.spec.easing import Back, EaseOut, Linear
from pytoon_pipeline.contracts.spec.layers import Keyframe, TextLayer, Transform, constant
from pytoon_pipeline.contracts.time import FrameRange, FrameRate
from pytoon_pipeline.planning.backdrops import Backdrops
from pytoon_pipeline.planning.keep_out import KeepOutArea
from pytoon_pipeline.planning.layout.contrast import ensure_contrast
from pytoon_pipeline.planning.layout.text_fit import TextBox, TextLayout, clean, fit, split_pages
from pytoon_pipeline.planning.layout.text_placement import POSITIONS, Placement, best_placement
from pytoon_pipeline.planning.title_request import Role, TitleRequest

ENTRY_SECONDS = 0.4
EXIT_SECONDS = 0.2
RISE_PIXELS = 60
# Distance that titles keep from the edges of the safe zone, in pixels.
INSET = 24
# Texts of single items may be smaller than headlines: they are a word or two.
ITEM_MIN_SIZE = 48
BOXED = ("box", "auto_box")


@dataclass(frozen=True)
class TitleStyle:
    """How all titles of a video look, and the ``area`` where they may stand.

    ``min_contrast`` is the contrast ratio that they must reach.
    """

    headline: HeadlineSettings
    min_contrast: float
    rate: FrameRate
    area: Rect[int]


def title_requests(text: str | TextRequest | None, uppercase: bool) -> tuple[TitleRequest, ...]:
    """The texts that belong to the whole video, in order."""
    if text is None:
        return ()
    if isinstance(text, str):
        requests = [TitleRequest(text, "headline", "text")]
    else:
        requests = [TitleRequest(text.hook or "", "hook", "text.hook")]
        requests += [TitleRequest(beat, "beat", f"text.beats.{n}") for n, beat in enumerate(text.beats)]
        requests += [TitleRequest(text.cta or "", "cta", "text.cta")]
    cleaned = (replace(one, text=clean(one.text, uppercase)) for one in requests)
    return tuple(one for one in cleaned if one.text)


def text_box(headline: HeadlineSettings, area: Rect[int]) -> TextBox:
    """The space for a headline in ``area``."""
    padding = headline.box.padding if headline.background in BOXED else headline.outline + INSET / 2
    return TextBox(
        font=headline.font,
        size=headline.size,
        min_size=min(headline.size, headline.min_size),
        width=area.right - area.left - 2 * padding,
        height=area.bottom - area.top - 2 * padding,
        lines=headline.max_lines,
    )


def item_text_box(headline: HeadlineSettings, area: Rect[int]) -> TextBox:
    """The space for an item's own text in ``area``."""
    size = headline.item_size
    return replace(text_box(headline, area), size=size, min_size=min(size, ITEM_MIN_SIZE))


def item_text(entry: MediaRequest, headline: HeadlineSettings, area: Rect[int]) -> TextLayout | None:
    """The layout of an item's own text; none without one.

    Raises ``InvalidInput`` when it does not fit ``area``.
    """
    cleaned = clean(entry.text or "", headline.uppercase)
    if not cleaned:
        return None
    page = fit(cleaned, item_text_box(headline, area))
    if page is None:
        raise InvalidInput("text_too_long", f"The text of “{entry.file}” does not fit beside it.", "Shorten it.")
    return page


def fit_title(title: TitleRequest, headline: HeadlineSettings, area: Rect[int]) -> list[TextLayout]:
    """The pages of a title in ``area``. Raises ``InvalidInput`` when it cannot be shown at all."""
    pages = split_pages(title.text, text_box(headline, area))
    if not pages:
        raise field_error(
            title.field,
            "text_too_long",
            f"“{title.text[:40]}…” does not fit, even when split into several pages.",
            "Shorten it, or lower adjust.headline.min_size.",
        )
    return pages


def title_layer(
    page: TextLayout,
    role: Role,
    style: TitleStyle,
    area: Rect[int],
    shown: FrameRange,
    backdrops: Backdrops,
    position: float,
    keep_out: Sequence[KeepOutArea] = (),
) -> TextLayer:
    """One page as a layer: near ``position`` of the height of ``area``, but where it covers least of ``keep_out``."""
    headline = style.headline
    options = [Placement(one, title_area(page, headline, area, one)) for one in (position, *POSITIONS)]
    relevant = [one for one in keep_out if one.start < shown.end and one.end > shown.start]
    place = best_placement(options, position, relevant).area
    x, y = (place.left + place.right) / 2, (place.top + place.bottom) / 2
    return TextLayer(
        name=role,
        role=role,
        start=shown.start,
        frames=shown.frames,
        width=place.right - place.left,
        height=place.bottom - place.top,
        lines=page.lines,
        style=ensure_contrast(headline, page.size, backdrops(place), style.min_contrast),
        transform=entrance(headline.animation_in, x, y, shown, style.rate),
    )


def title_area(page: TextLayout, headline: HeadlineSettings, area: Rect[int], position: float) -> Rect[int]:
    """What a page covers at ``position`` of ``area``: its letters, and the plate or outline around them."""
    padding = headline.box.padding if headline.background in BOXED else round(headline.outline)
    width = min(area.right - area.left, page.width + 2 * padding)
    height = min(area.bottom - area.top, page.height + 2 * padding)
    free = area.bottom - area.top - height
    top = area.top + round(free * position)
    inset = min(INSET, (area.right - area.left - width) // 2)
    left = {"left": area.left + inset, "centre": centred(width, area), "right": area.right - width - inset}
    return Rect(left=left[headline.align], top=top, right=left[headline.align] + width, bottom=top + height)


def symmetric(area: Rect[int]) -> Rect[int]:
    """``area`` with the larger of its two side insets on both sides, so that its middle is the frame's."""
    inset = max(area.left, WIDTH - area.right)
    return replace(area, left=inset, right=WIDTH - inset)


def centred(width: int, area: Rect[int]) -> int:
    """Left edge of a text in the middle of the frame, moved only as far as ``area`` requires."""
    return max(area.left, min(round((WIDTH - width) / 2), area.right - width))


def entrance(animation: AnimationIn, x: float, y: float, shown: FrameRange, rate: FrameRate) -> Transform:
    """How a text comes in and leaves. Keyframes count from the scene, as ``shown`` does."""
    start, frames = shown.start, shown.frames
    entry = min(rate.nearest(ENTRY_SECONDS), frames // 3)
    leaving = min(rate.nearest(EXIT_SECONDS), frames // 3)
    static = Transform(x=constant(x), y=constant(y))
    if animation == "none" or entry < 2 or leaving < 1:
        return static
    opacity = (
        Keyframe(frame=start, value=0),
        Keyframe(frame=start + entry // 2, value=1, easing=Linear()),
        Keyframe(frame=start + frames - leaving, value=1),
        Keyframe(frame=start + frames, value=0),
    )
    update: dict[str, object] = {"opacity": opacity}
    if animation == "rise":
        update["y"] = (
            Keyframe(frame=start, value=round(y + RISE_PIXELS, 2)),
            Keyframe(frame=start + entry, value=round(y, 2), easing=EaseOut()),
        )
    if animation == "pop":
        update["scale"] = (
            Keyframe(frame=start, value=0.7),
            Keyframe(frame=start + entry, value=1, easing=Back(overshoot=0.08)),
        )
    return static.model_copy(update=update)
