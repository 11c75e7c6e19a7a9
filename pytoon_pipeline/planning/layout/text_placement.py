"""Where a text stands: as near to its preferred height as possible without covering faces and other texts."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.spec.layers import Layer
from pytoon_pipeline.planning.keep_out import KeepOutArea

# Positions to try besides the preferred one, as shares of the free height.
POSITIONS = tuple(n / 10 for n in range(11))
# A move away from the preferred position must uncover at least this share of the text's own area.
MIN_GAIN = 0.05
# How much farther from the preferred position a text may be for an opaque scrim less, as a share of the free height.
SCRIM_COST = 0.8
# Texts that cannot stand at the preferred position stand near the top or the bottom rather than across the middle.
MIDDLE, MIDDLE_COST = (0.25, 0.75), 0.6


class Placement(NamedTuple):
    """A position of a text, as a share of the free height, and the area that the text then covers."""

    position: float
    area: Rect[int]


def best_placement(
    options: Sequence[Placement],
    preferred: float,
    keep_out: Sequence[KeepOutArea],
    scrim_opacity: Callable[[Rect[int]], float] = lambda area: 0.0,
) -> Placement:
    """The placement that covers least of ``keep_out``; among equals, the one nearest to ``preferred``.

    An area that needs a scrim of a lower ``scrim_opacity`` may be farther away.
    """

    def covered(area: Rect[int], soft: bool) -> float:
        parts = (area.intersection(one.area).area * one.weight for one in keep_out if one.soft == soft)
        return sum(parts) / max(1, area.area)

    def cost(placement: Placement) -> tuple[float, float]:
        area = placement.area
        distance = abs(placement.position - preferred)
        middle = MIDDLE_COST * (placement.position != preferred and MIDDLE[0] < placement.position < MIDDLE[1])
        soft = covered(area, soft=True) + SCRIM_COST * scrim_opacity(area)
        return round(covered(area, soft=False) / MIN_GAIN), distance + middle + soft

    return min(options, key=cost)


def layer_area(layer: Layer, margin_x: int = 0, margin_y: int = 0) -> Rect[int]:
    """The area that a layer covers once it has come in, with margins at its sides and above and below it."""
    x, y = layer.transform.x[-1].value, layer.transform.y[-1].value
    return Rect(
        left=round(x - layer.width / 2) - margin_x,
        top=round(y - layer.height / 2) - margin_y,
        right=round(x + layer.width / 2) + margin_x,
        bottom=round(y + layer.height / 2) + margin_y,
    )
