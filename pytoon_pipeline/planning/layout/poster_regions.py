"""The parts of the frame where posters stand in turn: above a floor that reaches high, in the middle, and low, below a
ceiling. Pages of a text alone differ by that, in the colours and shapes of one brand.
"""

from dataclasses import dataclass, replace

from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.output_format import Canvas
from pytoon_pipeline.planning.layout.beside import is_tall
from pytoon_pipeline.planning.layout.posters import MAX_HEIGHT

# A low poster leaves this share of the height of the area free above it. High and low ones nearly fill their region.
LOW, FULL = 0.28, 0.98


@dataclass(frozen=True)
class PosterRegion:
    """Where a poster may stand, the share of that height which it may have, and whether the disc hangs above it
    instead of standing below it.
    """

    area: Rect[int]
    share: float = MAX_HEIGHT
    hangs: bool = False

    def free_area(self, canvas: Canvas) -> Rect[int]:
        """What the disc leaves free, as if it stood below."""
        if not self.hangs:
            return self.area
        return replace(self.area, top=canvas.height - self.area.bottom, bottom=canvas.height - self.area.top)


def poster_region(turn: int, area: Rect[int], upper: Rect[int], canvas: Canvas) -> PosterRegion:
    """The region of poster number ``turn``. ``area`` is where texts may stand, ``upper`` its wider part."""
    place = turn % 3 if is_tall(canvas) else 1
    if place == 0 and upper.bottom < area.bottom:
        return PosterRegion(upper, FULL)
    if place == 2:
        return PosterRegion(replace(area, top=area.top + 2 * round(LOW * area.height / 2)), FULL, hangs=True)
    return PosterRegion(area)
