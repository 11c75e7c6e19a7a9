"""The brightness behind a text, from which the text must stand out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pytoon_pipeline.contracts.analysis import Tones
from pytoon_pipeline.contracts.colours import Colour
from pytoon_pipeline.contracts.geometry import Box, Rect
from pytoon_pipeline.media.colour import contrast, luminance_of


@dataclass(frozen=True)
class Backdrop:
    """The darkest and the lightest relative luminance (0..1) behind a text."""

    darkest: float = 0.0
    lightest: float = 1.0

    def min_contrast(self, colour: Colour) -> float:
        """The lowest contrast ratio of ``colour`` with anything here; 1 when the backdrop contains its luminance."""
        own = luminance_of(colour)
        if self.darkest <= own <= self.lightest:
            return 1.0
        return min(contrast(own, self.darkest), contrast(own, self.lightest))


# The backdrop of a text, by the area that the text covers.
Backdrops = Callable[[Rect[int]], Backdrop]


def colour_backdrop(*colours: Colour) -> Backdrop:
    """The backdrop of plain colours."""
    values = [luminance_of(colour) for colour in colours]
    return Backdrop(min(values), max(values))


def tones_backdrop(tones: Tones, windows: Sequence[Box], area: Rect[int], width: int, height: int) -> Backdrop:
    """The backdrop of ``area`` in a video of ``width`` × ``height`` that shows a source through ``windows``.

    Cells of ``tones`` next to the area count too.
    """
    rows, columns = set(), set()
    for window in windows:
        left, right = (window.x + window.width * x / width for x in (area.left, area.right))
        top, bottom = (window.y + window.height * y / height for y in (area.top, area.bottom))
        columns |= set(range(int(left * tones.columns) - 1, int(right * tones.columns) + 2))
        rows |= set(range(int(top * tones.rows) - 1, int(bottom * tones.rows) + 2))
    cells = [
        row * tones.columns + column
        for row in rows & set(range(tones.rows))
        for column in columns & set(range(tones.columns))
    ]
    if not cells:
        return Backdrop()
    return Backdrop(min(tones.darkest[c] for c in cells), max(tones.lightest[c] for c in cells))


def whole_backdrop(tones: Tones) -> Backdrop:
    """The backdrop of the whole source."""
    return Backdrop(min(tones.darkest), max(tones.lightest))


def everywhere(*backdrops: Backdrop) -> Backdrops:
    """All of ``backdrops``, wherever a text stands."""
    return lambda area: _union(backdrops)


def together(backdrops: Sequence[Backdrops]) -> Backdrops:
    """The backdrops of a text that stays while all of these are shown, one after the other."""
    return lambda area: _union([backdrop(area) for backdrop in backdrops])


def _union(backdrops: Sequence[Backdrop]) -> Backdrop:
    return Backdrop(min(one.darkest for one in backdrops), max(one.lightest for one in backdrops))
