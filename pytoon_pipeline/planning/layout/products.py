"""Where products stand in a frame: alone, stacked, side by side, or one large with small ones at its feet."""

from collections.abc import Sequence
from dataclasses import replace

from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.planning.branding import text_area
from pytoon_pipeline.planning.context import HEIGHT, WIDTH, AnalysedMedia, PlanContext
from pytoon_pipeline.planning.layout.text_fit import clean, fit
from pytoon_pipeline.planning.layout.titles import INSET, ITEM_MIN, block, fit_title, item_text_box, title_requests
from pytoon_pipeline.planning.shots import stills

# A headline takes at most this share of the safe zone's height, an item's own text this of its place.
HEADLINE_SHARE, ITEM_SHARE = 0.34, 0.2
GAP = 40
EDGE = 60
# Size of the small products beside a large one, as a share of the whole place.
INSET_SHARE = 0.36

Numbered = Sequence[tuple[int, AnalysedMedia]]


def product_layout(context: PlanContext, area: Rect[int], group: Numbered) -> list[Rect[int]] | None:
    """A place for each product of ``group``, so that the smallest is as large as can be.

    None when products that stand together leave no room for a text of one of them.
    """
    if len(group) == 1:
        return [area]
    options = [_inset(area, len(group))]
    if context.preset.layout.arrange == "split":
        options = [_rows(area, len(group)), _columns(area, len(group))]
    fitting = [option for option in options if _texts_fit(context, option, group)]
    return max(fitting, key=lambda option: _smallest(group, option), default=None)


def text_zone(context: PlanContext, place: Rect[int]) -> Rect[int]:
    """The lower part of a product's place, where its own text may be."""
    safe, settings = text_area(context), context.preset.headline
    height = place.bottom - place.top
    least = ITEM_MIN + 2 * settings.box.padding + INSET
    share = min(height // 2, max(round(height * ITEM_SHARE), least))
    return Rect(
        left=max(place.left, safe.left), top=place.bottom - share,
        right=min(place.right, safe.right), bottom=place.bottom,
    )  # fmt: skip


def _texts_fit(context: PlanContext, option: Sequence[Rect[int]], group: Numbered) -> bool:
    for (index, _), place in zip(group, option, strict=True):
        text = clean(context.media_request(index).text or "", context.preset.headline.uppercase)
        if text and fit(text, item_text_box(context, text_zone(context, place))) is None:
            return False
    return True


def _inset(area: Rect[int], count: int) -> list[Rect[int]]:
    width = round((area.right - area.left) * INSET_SHARE)
    top = area.bottom - round((area.bottom - area.top) * INSET_SHARE)
    corners = [
        replace(area, left=area.right - width, top=top),
        replace(area, right=area.left + width, top=top),
    ]
    main = replace(area, bottom=top + round((area.bottom - top) * 0.4))
    return [main, *corners[: count - 1]]


def areas(context: PlanContext) -> tuple[Rect[int], Rect[int]]:
    """Where the headline is and where products stand."""
    safe = text_area(context)
    wanted = title_requests(context)
    layout, settings = context.preset.layout, context.preset.headline
    above = settings.position < 0.5
    height = safe.bottom - safe.top
    share = round(height * HEADLINE_SHARE)
    band = replace(safe, bottom=safe.top + share) if above else replace(safe, top=safe.bottom - share)
    taken = 0
    for wish in wanted:
        for page in fit_title(context, wish.text, band, wish.field):
            place = block(context, page, band, settings.position)
            taken = max(taken, place.bottom - safe.top if above else safe.bottom - place.top)
    gap = GAP if taken else 0
    # Only text must keep clear of the platform's own elements; a product without one may reach half into their zone.
    written = any(wish.text for wish in context.request.media)
    top, bottom = context.safe_area.top // 2, safe.bottom if written else (context.safe_area.bottom + HEIGHT) // 2
    wide = Rect(left=EDGE, right=WIDTH - EDGE, top=top, bottom=bottom)
    if above:
        free = replace(wide, top=safe.top + taken + gap if taken else top)
    else:
        free = replace(wide, bottom=safe.bottom - taken - gap if taken else bottom)
    return band, _centred(free, layout.width, layout.height, layout.vertical_align)


def _centred(free: Rect[int], width: float, height: float, middle: float) -> Rect[int]:
    """A place with these shares of the free area's width and height, at ``middle`` of what is left of its height."""
    across = free.right - free.left
    down = round((free.bottom - free.top) * height)
    left = free.left + round(across * (1 - width) / 2)
    top = free.top + round((free.bottom - free.top - down) * middle)
    return Rect(left=left, top=top, right=left + round(across * width), bottom=top + down)


def _rows(area: Rect[int], count: int) -> list[Rect[int]]:
    step = (area.bottom - area.top + GAP) / count
    edges = [(round(area.top + n * step), round(area.top + (n + 1) * step) - GAP) for n in range(count)]
    return [replace(area, top=top, bottom=bottom) for top, bottom in edges]


def _columns(area: Rect[int], count: int) -> list[Rect[int]]:
    step = (area.right - area.left + GAP) / count
    edges = [(round(area.left + n * step), round(area.left + (n + 1) * step) - GAP) for n in range(count)]
    return [replace(area, left=left, right=right) for left, right in edges]


def _smallest(group: Numbered, option: Sequence[Rect[int]]) -> float:
    """The smallest of the areas that products have in these places."""
    sizes = (
        stills.fitted(material, place.right - place.left, place.bottom - place.top)
        for (_, material), place in zip(group, option, strict=True)
    )
    return min(width * height for width, height in sizes)
