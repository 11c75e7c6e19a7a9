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
# What the whole free height away from the preferred position costs, and a position across the middle of the picture.
DISTANCE_COST = 0.4
MIDDLE, MIDDLE_COST = (0.25, 0.75), 0.25


class Placement(NamedTuple):
    """A position of a text, as a share of the free height, and the area that the text then covers."""

    position: float
    area: Rect[int]


def best_placement(
    options: Sequence[Placement],
    preferred: float,
    keep_out: Sequence[KeepOutArea],
    ground_cost: Callable[[Rect[int]], float] = lambda area: 0.0,
) -> Placement:
    """The placement that covers least of ``keep_out``; among equals, the one on the calmest part of the picture, as
    ``ground_cost`` says, that covers little of its subject and is near to ``preferred``.
    """

    def cost(placement: Placement) -> tuple[float, float]:
        area = placement.area
        hidden = sum(area.intersection(one.area).area * one.weight for one in keep_out if not one.soft)
        distance = DISTANCE_COST * abs(placement.position - preferred)
        middle = MIDDLE_COST * (placement.position != preferred and MIDDLE[0] < placement.position < MIDDLE[1])
        return round(hidden / max(1, area.area) / MIN_GAIN), distance + middle + placement_cost(
            area, keep_out, ground_cost
        )

    return min(options, key=cost)


def placement_cost(
    area: Rect[int], keep_out: Sequence[KeepOutArea], ground_cost: Callable[[Rect[int]], float] = lambda area: 0.0
) -> float:
    """What a text in ``area`` costs the picture behind it: the part of its subject that is hidden, the larger of the
    shares of the text and of the subject, and what its ground costs.
    """
    hidden = 0.0
    for one in keep_out:
        shared = area.intersection(one.area).area if one.soft else 0
        hidden = max(hidden, one.weight * shared / max(1, min(area.area, one.area.area)))
    return hidden + ground_cost(area)


def layer_area(layer: Layer, margin_x: int = 0, margin_y: int = 0) -> Rect[int]:
    """The area that a layer covers once it has come in, with margins at its sides and above and below it."""
    x, y = layer.transform.x[-1].value, layer.transform.y[-1].value
    return Rect(
        left=round(x - layer.width / 2) - margin_x,
        top=round(y - layer.height / 2) - margin_y,
        right=round(x + layer.width / 2) + margin_x,
        bottom=round(y + layer.height / 2) + margin_y,
    )
