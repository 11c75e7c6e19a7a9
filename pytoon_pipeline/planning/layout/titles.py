"""Texts that are not speech: where they stand, how large, when, and how they come in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.preset import AnimationIn, HeadlineSettings
from pytoon_pipeline.contracts.spec.easing import Back, EaseOut, Linear
from pytoon_pipeline.contracts.spec.layers import Keyframe, TextLayer, Transform, constant
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.planning.context import WIDTH, PlanContext, field_error
from pytoon_pipeline.planning.layout.contrast import Backdrops, ensure_contrast
from pytoon_pipeline.planning.layout.text_fit import TextBox, TextLayout, clean, fit, split_pages
from pytoon_pipeline.planning.layout.text_placement import HEIGHTS, Placement, best_placement
from pytoon_pipeline.planning.sequences import KeepOutArea

Role = Literal["headline", "item", "hook", "beat", "cta", "other"]

ENTRY_SECONDS = 0.4
LEAVE_SECONDS = 0.2
RISE_PIXELS = 60
# A text must stand at least this long, however short it is.
MIN_SECONDS = 1.0
# Room inside the safe zone that headlines keep to its edges.
INSET = 24
# Texts of single items may be smaller than headlines: they say a word or two.
ITEM_MIN = 48
BOXED = ("box", "auto_box")


@dataclass(frozen=True)
class TitleRequest:
    """A text, what it is for, and the field of the request that it comes from."""

    text: str
    role: Role
    field: str


def title_requests(context: PlanContext) -> list[TitleRequest]:
    """The texts of the request that belong to the whole video, in order."""
    text = context.request.text
    if text is None:
        return []
    if isinstance(text, str):
        found = [TitleRequest(text, "headline", "text")]
    else:
        found = [TitleRequest(text.hook or "", "hook", "text.hook")]
        found += [TitleRequest(beat, "beat", f"text.beats.{n}") for n, beat in enumerate(text.beats)]
        found += [TitleRequest(text.cta or "", "cta", "text.cta")]
    uppercase = context.preset.headline.uppercase
    cleaned = [TitleRequest(clean(wish.text, uppercase), wish.role, wish.field) for wish in found]
    return [wish for wish in cleaned if wish.text]


def reading_seconds(context: PlanContext) -> float:
    """Time that it takes to read the texts of the whole video one after the other."""
    return sum(_seconds(len(wish.text), context.preset.headline) for wish in title_requests(context))


def text_box(context: PlanContext, area: Rect[int]) -> TextBox:
    """Room for a headline in ``area``, in the style of the preset."""
    settings = context.preset.headline
    padding = settings.box.padding if settings.background in BOXED else settings.outline + INSET / 2
    return TextBox(
        font=settings.font,
        size=settings.size,
        min_size=min(settings.size, settings.min_size),
        width=area.right - area.left - 2 * padding,
        height=area.bottom - area.top - 2 * padding,
        lines=settings.max_lines,
    )


def item_text_box(context: PlanContext, area: Rect[int]) -> TextBox:
    """Room for an item's own text in ``area``."""
    size = context.preset.headline.item_size
    return replace(text_box(context, area), size=size, min_size=min(size, ITEM_MIN))


def item_text(context: PlanContext, index: int, area: Rect[int]) -> TextLayout | None:
    """The own text of the item at ``index``;

    none without one. Raises ``InvalidInput`` when it does not fit ``area``.
    """
    text = clean(context.media_request(index).text or "", context.preset.headline.uppercase)
    if not text:
        return None
    page = fit(text, item_text_box(context, area))
    if page is None:
        raise field_error(f"media.{index}.text", "text_too_long", "it does not fit beside its picture.", "Shorten it.")
    return page


def fit_title(context: PlanContext, text: str, area: Rect[int], field: str) -> list[TextLayout]:
    """The pages of a text in ``area``. Raises ``InvalidInput`` when it cannot be shown at all."""
    found = split_pages(text, text_box(context, area))
    if not found:
        raise field_error(
            field, "text_too_long", f"“{text[:40]}…” does not fit, even in small pieces.",
            "Shorten it, or lower adjust.headline.min_size.",
        )  # fmt: skip
    return found


def titles_over_time(
    context: PlanContext,
    wanted: Sequence[TitleRequest],
    area: Rect[int],
    first: int,
    last: int,
    rate: FrameRate,
    behind: Backdrops,
    obstacles: Sequence[KeepOutArea] = (),
) -> tuple[TextLayer, ...]:
    """Texts one after the other in frames ``[first, last)``: a lone one all the time, several by reading time.

    Raises ``InvalidInput`` when there is less time than reading takes.
    """
    shown = [(wish, page) for wish in wanted for page in fit_title(context, wish.text, area, wish.field)]
    if not shown:
        return ()
    settings = context.preset.headline
    need = [rate.nearest(_seconds(page.characters, settings)) for _, page in shown]
    spare = last - first - sum(need)
    if spare < 0:
        raise field_error(
            shown[0][0].field if len(wanted) == 1 else "text", "text_too_long",
            f"Reading takes {sum(need) / float(rate.fraction):.0f} s, and the video has "
            f"{(last - first) / float(rate.fraction):.0f} s.",
            "Shorten the text, give more media, or raise max_seconds.",
        )  # fmt: skip
    layers = []
    position = first
    for index, (wish, page) in enumerate(shown):
        end = last if index == len(shown) - 1 else position + need[index] + spare * need[index] // sum(need)
        layers.append(
            title_layer(
                context, page, wish.role, area, position, end - position, rate, behind, settings.position, obstacles
            )
        )
        position = end
    return tuple(layers)


def title_layer(
    context: PlanContext,
    page: TextLayout,
    role: Role,
    area: Rect[int],
    start: int,
    frames: int,
    rate: FrameRate,
    behind: Backdrops,
    wanted: float,
    obstacles: Sequence[KeepOutArea] = (),
) -> TextLayer:
    """One page as a layer, near ``wanted`` of the height of ``area`` but where it covers no ``obstacles``."""
    settings = context.preset.headline
    options = [Placement(position, block(context, page, area, position)) for position in (wanted, *HEIGHTS)]
    seen = [one for one in obstacles if one.start < start + frames and one.end > start]
    place = best_placement(options, wanted, seen).area
    style = ensure_contrast(settings, page.size, behind(place), context.limits.text_contrast)
    width, height = place.right - place.left, place.bottom - place.top
    x, y = (place.left + place.right) / 2, (place.top + place.bottom) / 2
    return TextLayer(
        name=role,
        role=role,
        start=start,
        frames=frames,
        width=width,
        height=height,
        lines=page.lines,
        style=style,
        transform=entrance(settings.animation_in, x, y, start, frames, rate),
    )


def block(context: PlanContext, page: TextLayout, area: Rect[int], position: float) -> Rect[int]:
    """Where a page stands in ``area``: its letters, and the plate or outline around them."""
    settings = context.preset.headline
    padding = settings.box.padding if settings.background in BOXED else round(settings.outline)
    width = min(area.right - area.left, page.width + 2 * padding)
    height = min(area.bottom - area.top, page.height + 2 * padding)
    free = area.bottom - area.top - height
    top = area.top + round(free * position)
    inset = min(INSET, (area.right - area.left - width) // 2)
    left = {"left": area.left + inset, "centre": centred(width, area), "right": area.right - width - inset}
    return Rect(left=left[settings.align], top=top, right=left[settings.align] + width, bottom=top + height)


def centred(width: int, area: Rect[int]) -> int:
    """Left edge of a text in the middle of the picture, moved as far as ``area`` needs."""
    return max(area.left, min(round((WIDTH - width) / 2), area.right - width))


def entrance(entry: AnimationIn, x: float, y: float, start: int, frames: int, rate: FrameRate) -> Transform:
    """How a text comes in and leaves. Keys count from the scene, as its start does."""
    come = min(rate.nearest(ENTRY_SECONDS), frames // 3)
    leave = min(rate.nearest(LEAVE_SECONDS), frames // 3)
    still = Transform(x=constant(x), y=constant(y))
    if entry == "none" or come < 2 or leave < 1:
        return still
    opacity = (
        Keyframe(frame=start, value=0),
        Keyframe(frame=start + come // 2, value=1, easing=Linear()),
        Keyframe(frame=start + frames - leave, value=1),
        Keyframe(frame=start + frames, value=0),
    )
    update: dict[str, object] = {"opacity": opacity}
    if entry == "rise":
        update["y"] = (
            Keyframe(frame=start, value=round(y + RISE_PIXELS, 2)),
            Keyframe(frame=start + come, value=round(y, 2), easing=EaseOut()),
        )
    if entry == "pop":
        update["scale"] = (
            Keyframe(frame=start, value=0.7),
            Keyframe(frame=start + come, value=1, easing=Back(overshoot=0.08)),
        )
    return still.model_copy(update=update)


def _seconds(characters: int, settings: HeadlineSettings) -> float:
    return max(MIN_SECONDS, characters / settings.max_cps)
