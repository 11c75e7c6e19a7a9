"""Where products stand in a frame: alone, stacked, side by side, or one large with small ones at its feet."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.output_format import Canvas
from pytoon_pipeline.contracts.preset import HeadlineSettings, LayoutSettings
from pytoon_pipeline.planning.analysed_media import PlanItem
from pytoon_pipeline.planning.layout.text_fit import clean, fit
from pytoon_pipeline.planning.layout.titles import INSET, ITEM_MIN_SIZE, fit_title, item_text_box, title_area
from pytoon_pipeline.planning.shots import stills
from pytoon_pipeline.planning.title_request import TitleRequest

# A headline takes at most this share of the safe zone's height; an item's own text, this share of its place.
HEADLINE_SHARE, ITEM_SHARE = 0.34, 0.2
# A headline has at least this height, in pixels, also where captions take their part of the safe zone.
MIN_HEADLINE = 330
# Distances between products, and from the frame's edges, in pixels.
GAP = 40
EDGE = 60
# Size of the small products beside a large one, as a share of the whole place.
INSET_SHARE = 0.36


def product_layout(
    group: Sequence[PlanItem],
    area: Rect[int],
    arrange: Literal["one_by_one", "split", "picture_in_picture"],
    headline: HeadlineSettings,
    text_area: Rect[int],
) -> list[Rect[int]] | None:
    """A place for each product of ``group``, such that the smallest product is as large as possible.

    None when the products leave too little space for the text of one of them.
    """
    if len(group) == 1:
        return [area]
    options = [_inset(area, len(group))]
    if arrange == "split":
        options = [_rows(area, len(group)), _columns(area, len(group))]
    fitting = [option for option in options if _texts_fit(option, group, headline, text_area)]
    return max(fitting, key=lambda option: _smallest(group, option), default=None)


def text_zone(place: Rect[int], headline: HeadlineSettings, text_area: Rect[int]) -> Rect[int]:
    """The lower part of a product's place, where its own text may be."""
    height = place.bottom - place.top
    min_height = ITEM_MIN_SIZE + 2 * headline.box.padding + INSET
    share = min(height // 2, max(round(height * ITEM_SHARE), min_height))
    return Rect(
        left=max(place.left, text_area.left),
        top=place.bottom - share,
        right=min(place.right, text_area.right),
        bottom=place.bottom,
    )


def headline_and_product_areas(
    titles: Sequence[TitleRequest],
    headline: HeadlineSettings,
    layout: LayoutSettings,
    canvas: Canvas,
    safe_area: Rect[int],
    text_area: Rect[int],
    item_texts: bool,
    stage_height: int,
) -> tuple[Rect[int], Rect[int]]:
    """Where the headline is, and where products stand. ``item_texts``: some items have texts of their own.

    Both are in the upper ``stage_height`` pixels.
    """
    above = headline.position < 0.5
    share = max(round(text_area.height * HEADLINE_SHARE), min(text_area.height, MIN_HEADLINE))
    edge = {"bottom": text_area.top + share} if above else {"top": text_area.bottom - share}
    band = replace(text_area, **edge)
    headline_height = 0
    for title in titles:
        for page in fit_title(title, headline, band, numbers=True):
            place = title_area(page, headline, band, headline.position)
            headline_height = max(
                headline_height, place.bottom - text_area.top if above else text_area.bottom - place.top
            )
    # Only text must keep clear of the platform's own elements; a product without one may reach half into their zone.
    top = safe_area.top // 2
    bottom = text_area.bottom if item_texts else min(stage_height, (safe_area.bottom + canvas.height) // 2)
    free = Rect(left=EDGE, right=canvas.width - EDGE, top=top, bottom=bottom)
    if headline_height:
        limit = (
            {"top": text_area.top + headline_height + GAP}
            if above
            else {"bottom": text_area.bottom - headline_height - GAP}
        )
        free = replace(free, **limit)
    return band, _centred(free, layout.width, layout.height, layout.vertical_align)


def _texts_fit(
    option: Sequence[Rect[int]], group: Sequence[PlanItem], headline: HeadlineSettings, text_area: Rect[int]
) -> bool:
    for product, place in zip(group, option, strict=True):
        text = clean(product.entry.text or "", headline.uppercase)
        if text and fit(text, item_text_box(headline, text_zone(place, headline, text_area))) is None:
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


def _centred(free: Rect[int], width: float, height: float, vertical_align: float) -> Rect[int]:
    """A place with these shares of the free area's width and height; ``vertical_align`` 0 is its top, 1 its bottom."""
    free_width = free.right - free.left
    place_height = round((free.bottom - free.top) * height)
    left = free.left + round(free_width * (1 - width) / 2)
    top = free.top + round((free.bottom - free.top - place_height) * vertical_align)
    return Rect(left=left, top=top, right=left + round(free_width * width), bottom=top + place_height)


def _rows(area: Rect[int], count: int) -> list[Rect[int]]:
    step = (area.bottom - area.top + GAP) / count
    edges = [(round(area.top + n * step), round(area.top + (n + 1) * step) - GAP) for n in range(count)]
    return [replace(area, top=top, bottom=bottom) for top, bottom in edges]


def _columns(area: Rect[int], count: int) -> list[Rect[int]]:
    step = (area.right - area.left + GAP) / count
    edges = [(round(area.left + n * step), round(area.left + (n + 1) * step) - GAP) for n in range(count)]
    return [replace(area, left=left, right=right) for left, right in edges]


def _smallest(group: Sequence[PlanItem], option: Sequence[Rect[int]]) -> float:
    """The area of the smallest product in these places, in pixels."""
    sizes = (
        stills.fitted(product.material, place.right - place.left, place.bottom - place.top)
        for product, place in zip(group, option, strict=True)
    )
    return min(width * height for width, height in sizes)
