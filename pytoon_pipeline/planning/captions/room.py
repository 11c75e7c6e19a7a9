"""The room of captions in videos of pictures and products: they stand low, and other texts above them."""

from collections.abc import Mapping

from pytoon_pipeline.contracts.captions import CaptionStyle
from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.output_format import Canvas

# Lines that the room has, and its distance from other texts in pixels, which move in from below.
LINES, GAP = 2, 110
# Captions whose lower edge is above this share of the frame's height have no room of their own.
MIN_POSITION = 0.4
# Above products that stand in the lower part of the frame, captions have this position.
ABOVE_PRODUCTS = 0.455


def placed_captions(
    style: CaptionStyle, origins: Mapping[str, str], canvas: Canvas, safe_area: Rect[int], above_products: bool
) -> CaptionStyle:
    """``style`` at the lower edge of the safe zone, or above products, unless the request says where captions stand."""
    if origins.get("captions.position") in ("request", "override"):
        return style
    lowest = safe_area.bottom / canvas.height
    return style.model_copy(update={"position": round(ABOVE_PRODUCTS if above_products else lowest, 4)})


def above_captions(style: CaptionStyle, canvas: Canvas, area: Rect[int]) -> int:
    """Where other texts of ``area`` end, in pixels, so that captions in ``style`` have their room."""
    if style.position < MIN_POSITION:
        return area.bottom
    height = min(style.max_lines, LINES) * style.size * style.line_height
    return min(area.bottom, round(style.position * canvas.height - height) - GAP)
