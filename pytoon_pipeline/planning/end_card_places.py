"""Where the parts of an end card stand: in the middle, above the pictures of the video, or on landscape frames beside
them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.output_format import HEIGHT, Canvas
from pytoon_pipeline.planning.end_card_parts import CardPart
from pytoon_pipeline.planning.layout.beside import is_landscape, right_part, text_column

# Distance between the parts in pixels, and the height of their common centre as a share of the frame.
GAP, CENTRE = 124, 0.43
# With pictures: distances between the parts and from these to pictures below them, in pixels on the tallest frame and
# the least on others; and where pictures begin at the earliest, as a share of the frame's height.
SMALL_GAP, PICTURE_GAP, MIN_GAP, PICTURE_TOP = 64, 80, 40, 0.47
# Pictures have at least this share of the frame's height; beside texts, they have this share of its width.
MIN_PICTURE, PICTURE_WIDTH = 0.28, 0.5
# Distance of texts from both sides of their area, in pixels.
INSET = 20
# The disc in pixels: its size, and its top, or its distance below what stands above the handle, which stands on it.
DISC_SIZE, DISC_TOP, DISC_GAP = 2200, 1300, 72
HANDLE_Y = 1386


@dataclass(frozen=True)
class PlacedCard:
    """The parts in their places, the part of the frame that pictures have, if any, and the disc that is the floor."""

    parts: Sequence[CardPart]
    picture: Rect[int] | None
    floor: Rect[int]

    def floor_at(self, top: int, canvas: Canvas) -> Rect[int]:
        """The floor from row ``top`` on; below pictures beside texts, a disc that leaves the texts alone."""
        picture, size = self.picture, DISC_SIZE
        if picture is None or not picture.left:
            return _disc(canvas.centre[0], top, size)
        half, depth = picture.width / 2, max(1, canvas.height - top)
        size = 2 * round((half**2 + depth**2) / (2 * depth))
        return _disc((picture.left + picture.right) / 2, top, size)


def texts_area(canvas: Canvas, safe_area: Rect[int], pictures: bool) -> Rect[int]:
    """Where texts may stand: in the middle of the frame, or at the left of pictures on landscape frames."""
    if pictures and is_landscape(canvas):
        return text_column(safe_area, right_part(canvas, PICTURE_WIDTH))
    inset = max(safe_area.left, canvas.width - safe_area.right) + INSET
    return replace(safe_area, left=inset, right=canvas.width - inset)


def place_card(parts: Sequence[CardPart], canvas: Canvas, area: Rect[int], pictures: bool) -> PlacedCard | None:
    """The places of all parts, with or without ``pictures``; none where the texts leave these too little room."""
    if not pictures:
        placed, top = _stacked(parts, canvas, area)
        return PlacedCard(placed, None, _disc(canvas.centre[0], top, DISC_SIZE))
    gap = _small(SMALL_GAP, canvas)
    total = _height(parts, gap)
    if is_landscape(canvas):
        region, y = right_part(canvas, PICTURE_WIDTH), max(area.top, (canvas.height - total) / 2)
        return PlacedCard(_aligned(_below_each_other(parts, y, gap), area), region, _disc(0, canvas.height, DISC_SIZE))
    distance = _small(PICTURE_GAP, canvas)
    top = 2 * round(max(PICTURE_TOP * canvas.height, area.top + total + distance) / 2)
    if canvas.height - top < MIN_PICTURE * canvas.height:
        return None
    y = area.top + (top - distance - area.top - total) / 2
    region = replace(canvas.area, top=top)
    return PlacedCard(_below_each_other(parts, y, gap), region, _disc(canvas.centre[0], canvas.height, DISC_SIZE))


def free_height(below: Sequence[CardPart], canvas: Canvas, area: Rect[int]) -> float:
    """The height that is left for what stands above other parts."""
    return area.height - sum(part.height + _scaled(GAP, canvas) for part in below)


def _stacked(parts: Sequence[CardPart], canvas: Canvas, area: Rect[int]) -> tuple[list[CardPart], int]:
    """The parts below each other around the optical centre, and where the floor below them begins."""
    gap, disc_top = _scaled(GAP, canvas), _scaled(DISC_TOP, canvas)
    total = _height(parts, gap)
    y = max(CENTRE * canvas.height - total / 2, min(area.top, (canvas.height - total) / 2))
    # The handle stands on the disc, which begins below the other parts: on short frames these stand higher.
    on_disc = DISC_GAP + HANDLE_Y - DISC_TOP
    own = next((part.height for part in parts if part.y is not None), None)
    if own is not None:
        y = max(area.top, min(y, area.bottom - own / 2 - on_disc - total))
    parts = [_below(part, y + total + on_disc, area.bottom) for part in parts]
    handle = next((part.y for part in parts if part.y is not None), None)
    top = max(disc_top, round(y + total + DISC_GAP)) if handle is None else round(handle - (HANDLE_Y - DISC_TOP))
    return _below_each_other(parts, y, gap), top


def _height(parts: Sequence[CardPart], gap: int) -> float:
    """The height of the parts that have no place of their own."""
    heights = [part.height for part in parts if part.y is None and part.height]
    return sum(heights) + gap * (len(heights) - 1)


def _below_each_other(parts: Sequence[CardPart], y: float, gap: int) -> list[CardPart]:
    placed = []
    for part, following in zip_longest(parts, parts[1:]):
        height = part.height or following.height
        placed.append(part if part.y is not None else replace(part, y=y + height / 2))
        y += part.height + gap if part.height else 0
    return placed


def _aligned(parts: Sequence[CardPart], area: Rect[int]) -> list[CardPart]:
    """The parts at the left edge of ``area``; a logo in the middle of its plate."""
    placed: list[CardPart] = []
    for part in parts:
        on_plate = placed and not placed[-1].height
        x = placed[-1].x if on_plate else area.left + part.layer.width / 2
        placed.append(replace(part, x=x))
    return placed


def _below(part: CardPart, lowest: float, bottom: int) -> CardPart:
    """A part with a place of its own, moved down to ``lowest`` as far as it stays above ``bottom``."""
    return part if part.y is None else replace(part, y=min(max(part.y, lowest), bottom - part.height / 2))


def _disc(x: float, top: int, size: int) -> Rect[int]:
    left = round(x - size / 2)
    return Rect(left, top, left + size, top + size)


def _scaled(length: int, canvas: Canvas) -> int:
    """A vertical distance of the 9:16 card on another canvas."""
    return round(length * canvas.height / HEIGHT)


def _small(length: int, canvas: Canvas) -> int:
    """A distance between parts, which stay apart also on low frames."""
    return max(MIN_GAP, _scaled(length, canvas))
