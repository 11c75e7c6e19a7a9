"""The space that captions need where footage is arranged so that no face lies behind them, and the ground there."""

from collections.abc import Sequence
from dataclasses import dataclass

from pytoon_pipeline.contracts.captions import CaptionStyle
from pytoon_pipeline.contracts.colours import Colour
from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.media.colour import contrast, luminance_of, opposite

# Letters on a panel are at most this high, in pixels. It has space for so many lines, and this much around them.
MAX_SIZE, MAX_LINES, PADDING = 124, 2, 24
MIN_CONTRAST = 4.5


@dataclass(frozen=True)
class PanelSettings:
    """The height of panels in pixels, and the ``colour`` of the ground where a panel shows no footage.

    The safe zone ends at ``bottom``.
    """

    height: int
    bottom: int
    colour: Colour


def panel_settings(style: CaptionStyle, bottom: int, grounds: Sequence[Colour]) -> PanelSettings | None:
    """The panels for captions in ``style``; none where captions are not shown.

    Panels have the first colour of ``grounds``, or else of the outlines, from which letters stand out.
    """
    if not style.show:
        return None
    lines = min(style.max_lines, MAX_LINES) * style.line_height
    height = 2 * round((lines * min(style.size, MAX_SIZE) + 2 * PADDING) / 2)
    grounds = (*grounds, style.outline_colour, opposite(style.colour))
    letters = [luminance_of(one) for one in (style.colour, style.highlight)]
    readable = (one for one in grounds if min(contrast(own, luminance_of(one)) for own in letters) >= MIN_CONTRAST)
    return PanelSettings(height, bottom, next(readable, grounds[-1]))


def panel_scale(style: CaptionStyle, panel: Rect[int]) -> float:
    """The size of letters on ``panel`` as a factor on that of the style."""
    lines = min(style.max_lines, MAX_LINES) * style.line_height
    return min(1.0, MAX_SIZE / style.size, (panel.height - 2 * PADDING) / (lines * style.size))
