"""Where a text stands: as near to its wanted height as leaves faces and other texts uncovered."""

from collections.abc import Sequence
from typing import NamedTuple

from pytoon_pipeline.contracts.analysis import Box
from pytoon_pipeline.contracts.output_format import HEIGHT, WIDTH
from pytoon_pipeline.contracts.spec.evaluate import CropRect
from pytoon_pipeline.contracts.spec.layers import Layer
from pytoon_pipeline.contracts.spec.render_spec import Area
from pytoon_pipeline.planning.sequences import KeepOutArea

FACE, TEXT, PICTURE = 10.0, 20.0, 1.0
# Heights that are tried when the wanted one would cover something, as shares of the free height.
HEIGHTS = tuple(n / 10 for n in range(11))
# What another height must save, as a share of the text's own area, to be worth leaving the wanted one.
WORTH = 0.05


class Placement(NamedTuple):
    """A place for a text, and where in its area that is."""

    position: float
    area: Area


def best_placement(options: Sequence[Placement], wanted: float, obstacles: Sequence[KeepOutArea]) -> Placement:
    """The place that covers least; among those that cover as little, the one nearest to ``wanted``."""

    def cost(place: Placement) -> tuple[float, float]:
        area = place.area
        own = (area.right - area.left) * (area.bottom - area.top)
        covered = sum(_overlap(area, one.area) * one.weight for one in obstacles) / max(1, own)
        return round(covered / WORTH), abs(place.position - wanted)

    return min(options, key=cost)


def layer_area(layer: Layer, across: int = 0, down: int = 0) -> Area:
    """What a layer takes of the frame once it has come in, with this much air at its sides and above and below it."""
    x, y = layer.transform.x[-1].value, layer.transform.y[-1].value
    return Area(
        left=round(x - layer.width / 2) - across, top=round(y - layer.height / 2) - down,
        right=round(x + layer.width / 2) + across, bottom=round(y + layer.height / 2) + down,
    )  # fmt: skip


def on_screen(box: Box, window: CropRect) -> Area:
    """A box of the source as it is seen through ``window`` over the whole frame."""
    left, right = ((x - window.x) / window.width * WIDTH for x in (box.x, box.x + box.width))
    top, bottom = ((y - window.y) / window.height * HEIGHT for y in (box.y, box.y + box.height))
    return Area(left=round(left), top=round(top), right=round(right), bottom=round(bottom))


def _overlap(a: Area, b: Area) -> float:
    width = min(a.right, b.right) - max(a.left, b.left)
    height = min(a.bottom, b.bottom) - max(a.top, b.top)
    return float(max(0, width) * max(0, height))
