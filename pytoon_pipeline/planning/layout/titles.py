"""Texts that are not speech: where they stand, how large, when, and how they come in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pytoon_pipeline.contracts.preset import Entry, HeadlineSettings
from pytoon_pipeline.contracts.spec.easing import Back, EaseOut, Linear
from pytoon_pipeline.contracts.spec.layers import Key, Motion, TextLayer, steady
from pytoon_pipeline.contracts.spec.render_spec import Area
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.planning.context import WIDTH, Brief, refused
from pytoon_pipeline.planning.layout.contrast import Behind, readable
from pytoon_pipeline.planning.layout.text_fit import Fitted, Room, clean, fit, pages
from pytoon_pipeline.planning.layout.text_placement import HEIGHTS, Place, best
from pytoon_pipeline.planning.sequences import Obstacle

Role = Literal["headline", "item", "hook", "beat", "cta", "other"]

ENTRY_SECONDS = 0.4
LEAVE_SECONDS = 0.2
RISE_PIXELS = 60
# A text must stand at least this long, however short it is.
SHORTEST_SECONDS = 1.0
# Room inside the safe zone that headlines keep to its edges.
INSET = 24
# Texts of single items may be smaller than headlines: they say a word or two.
ITEM_SMALLEST = 48
BOXED = ("box", "auto_box")


@dataclass(frozen=True)
class Wish:
    """A text, what it is for, and the field of the request that it comes from."""

    text: str
    role: Role
    field: str


def wishes(brief: Brief) -> list[Wish]:
    """The texts of the request that belong to the whole video, in order."""
    text = brief.request.text
    if text is None:
        return []
    if isinstance(text, str):
        found = [Wish(text, "headline", "text")]
    else:
        found = [Wish(text.hook or "", "hook", "text.hook")]
        found += [Wish(beat, "beat", f"text.beats.{n}") for n, beat in enumerate(text.beats)]
        found += [Wish(text.cta or "", "cta", "text.cta")]
    uppercase = brief.preset.headline.uppercase
    cleaned = [Wish(clean(wish.text, uppercase), wish.role, wish.field) for wish in found]
    return [wish for wish in cleaned if wish.text]


def reading_seconds(brief: Brief) -> float:
    """Time that it takes to read the texts of the whole video one after the other."""
    return sum(_seconds(len(wish.text), brief.preset.headline) for wish in wishes(brief))


def room(brief: Brief, area: Area) -> Room:
    """Room for a headline in ``area``, in the style of the preset."""
    settings = brief.preset.headline
    padding = settings.box.padding if settings.backing in BOXED else settings.outline + INSET / 2
    return Room(
        font=settings.font,
        size=settings.size,
        smallest=min(settings.size, settings.smallest),
        width=area.right - area.left - 2 * padding,
        height=area.bottom - area.top - 2 * padding,
        lines=settings.lines,
    )


def item_room(brief: Brief, area: Area) -> Room:
    """Room for an item's own text in ``area``."""
    size = brief.preset.headline.item_size
    return replace(room(brief, area), size=size, smallest=min(size, ITEM_SMALLEST))


def item_text(brief: Brief, index: int, area: Area) -> Fitted | None:
    """The own text of the item at ``index``; none without one. Raises ``BadInput`` when it does not fit ``area``."""
    text = clean(brief.wish(index).text or "", brief.preset.headline.uppercase)
    if not text:
        return None
    page = fit(text, item_room(brief, area))
    if page is None:
        raise refused(f"media.{index}.text", "text_too_long", "it does not fit beside its picture.", "Shorten it.")
    return page


def fitted(brief: Brief, text: str, area: Area, field: str) -> list[Fitted]:
    """The pages of a text in ``area``. Raises ``BadInput`` when it cannot be shown at all."""
    found = pages(text, room(brief, area))
    if not found:
        raise refused(
            field, "text_too_long", f"“{text[:40]}…” does not fit, even in small pieces.",
            "Shorten it, or lower adjust.headline.smallest.",
        )  # fmt: skip
    return found


def over_time(
    brief: Brief, wanted: Sequence[Wish], area: Area, first: int, last: int, rate: FrameRate, behind: Behind,
    obstacles: Sequence[Obstacle] = (),
) -> tuple[TextLayer, ...]:  # fmt: skip
    """Texts one after the other in frames ``[first, last)``: a lone one all the time, several by reading time.

    Raises ``BadInput`` when there is less time than reading takes.
    """
    shown = [(wish, page) for wish in wanted for page in fitted(brief, wish.text, area, wish.field)]
    if not shown:
        return ()
    settings = brief.preset.headline
    need = [rate.nearest(_seconds(page.characters, settings)) for _, page in shown]
    spare = last - first - sum(need)
    if spare < 0:
        raise refused(
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
            headline(brief, page, wish.role, area, position, end - position, rate, behind, settings.position, obstacles)
        )
        position = end
    return tuple(layers)


def headline(
    brief: Brief, page: Fitted, role: Role, area: Area, start: int, frames: int, rate: FrameRate, behind: Behind,
    wanted: float, obstacles: Sequence[Obstacle] = (),
) -> TextLayer:  # fmt: skip
    """One page as a layer, near ``wanted`` of the height of ``area`` but where it covers no ``obstacles``."""
    settings = brief.preset.headline
    options = [Place(position, block(brief, page, area, position)) for position in (wanted, *HEIGHTS)]
    seen = [one for one in obstacles if one.start < start + frames and one.end > start]
    place = best(options, wanted, seen).area
    style = readable(settings, page.size, behind(place), brief.limits.text_contrast)
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
        motion=entering(settings.entry, x, y, start, frames, rate),
    )


def block(brief: Brief, page: Fitted, area: Area, position: float) -> Area:
    """Where a page stands in ``area``: its letters, and the plate or outline around them."""
    settings = brief.preset.headline
    padding = settings.box.padding if settings.backing in BOXED else round(settings.outline)
    width = min(area.right - area.left, page.width + 2 * padding)
    height = min(area.bottom - area.top, page.height + 2 * padding)
    free = area.bottom - area.top - height
    top = area.top + round(free * position)
    inset = min(INSET, (area.right - area.left - width) // 2)
    left = {"left": area.left + inset, "centre": centred(width, area), "right": area.right - width - inset}
    return Area(left=left[settings.align], top=top, right=left[settings.align] + width, bottom=top + height)


def centred(width: int, area: Area) -> int:
    """Left edge of a text in the middle of the picture, moved as far as ``area`` needs."""
    return max(area.left, min(round((WIDTH - width) / 2), area.right - width))


def entering(entry: Entry, x: float, y: float, start: int, frames: int, rate: FrameRate) -> Motion:
    """How a text comes in and leaves. Keys count from the scene, as its start does."""
    come = min(rate.nearest(ENTRY_SECONDS), frames // 3)
    leave = min(rate.nearest(LEAVE_SECONDS), frames // 3)
    still = Motion(x=steady(x), y=steady(y))
    if entry == "none" or come < 2 or leave < 1:
        return still
    opacity = (
        Key(frame=start, value=0),
        Key(frame=start + come // 2, value=1, easing=Linear()),
        Key(frame=start + frames - leave, value=1),
        Key(frame=start + frames, value=0),
    )
    update: dict[str, object] = {"opacity": opacity}
    if entry == "rise":
        update["y"] = (
            Key(frame=start, value=round(y + RISE_PIXELS, 2)),
            Key(frame=start + come, value=round(y, 2), easing=EaseOut()),
        )
    if entry == "pop":
        update["scale"] = (Key(frame=start, value=0.7), Key(frame=start + come, value=1, easing=Back(overshoot=0.08)))
    return still.model_copy(update=update)


def _seconds(characters: int, settings: HeadlineSettings) -> float:
    return max(SHORTEST_SECONDS, characters / settings.reading)
