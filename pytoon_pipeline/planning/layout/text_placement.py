"""Where a text stands: as near to its wanted height as leaves faces and other texts uncovered."""

from collections.abc import Sequence
from typing import NamedTuple

from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.spec.layers import Layer
from pytoon_pipeline.planning.sequences import KeepOutArea

FACE, TEXT, PICTURE = 10.0, 20.0, 1.0
# Heights that are tried when the wanted one would cover something, as shares of the free height.
HEIGHTS = tuple(n / 10 for n in range(11))
# What another height must save, as a share of the text's own area, to be worth leaving the wanted one.
WORTH = 0.05


class Placement(NamedTuple):
    """A place for a text, and where in its area that is."""

    position: float
    area: Rect[int]


def best_placement(options: Sequence[Placement], wanted: float, obstacles: Sequence[KeepOutArea]) -> Placement:
    """The place that covers least; among those that cover as little, the one nearest to ``wanted``."""

    def cost(place: Placement) -> tuple[float, float]:
        area = place.area
        covered = sum(area.intersection(one.area).area * one.weight for one in obstacles) / max(1, area.area)
        return round(covered / WORTH), abs(place.position - wanted)

    return min(options, key=cost)


def layer_area(layer: Layer, across: int = 0, down: int = 0) -> Rect[int]:
    """What a layer takes of the frame once it has come in, with this much air at its sides and above and below it."""
    x, y = layer.transform.x[-1].value, layer.transform.y[-1].value
    return Rect(
        left=round(x - layer.width / 2) - across, top=round(y - layer.height / 2) - down,
        right=round(x + layer.width / 2) + across, bottom=round(y + layer.height / 2) + down,
    )  # fmt: skip
