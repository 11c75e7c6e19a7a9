"""Areas that texts should not cover."""

from dataclasses import dataclass

from pytoon_pipeline.contracts.analysis import Box
from pytoon_pipeline.contracts.output_format import HEIGHT, WIDTH
from pytoon_pipeline.contracts.spec.evaluate import CropRect
from pytoon_pipeline.contracts.spec.render_spec import Area

# Weights of keep-out areas, by what is there.
FACE, TEXT, PICTURE = 10.0, 20.0, 1.0


@dataclass(frozen=True)
class KeepOutArea:
    """An area that texts should not cover in frames ``[start, end)`` of the sequence, and how much that matters."""

    start: int
    end: int
    area: Area
    weight: float = 1.0


def on_screen(box: Box, window: CropRect) -> Area:
    """The area of a box of the source when ``window`` fills the frame."""
    left, right = ((x - window.x) / window.width * WIDTH for x in (box.x, box.x + box.width))
    top, bottom = ((y - window.y) / window.height * HEIGHT for y in (box.y, box.y + box.height))
    return Area(left=round(left), top=round(top), right=round(right), bottom=round(bottom))
