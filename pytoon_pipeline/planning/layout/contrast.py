"""Making text stand out from what is behind it: an outline, a shadow or a plate, whatever reaches the contrast."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pytoon_pipeline.contracts.analysis import Tones
from pytoon_pipeline.contracts.geometry import Box, Rect
from pytoon_pipeline.contracts.preset import HeadlineSettings
from pytoon_pipeline.contracts.style import Colour, TextBackground, TextStyle
from pytoon_pipeline.media.colour import contrast, luminance_of

BLACK, WHITE = "#000000", "#FFFFFF"
# Thinner outlines vanish when a video is played small.
THINNEST_OUTLINE = 5.0


@dataclass(frozen=True)
class Backdrop:
    """The darkest and the lightest relative luminance behind a text."""

    darkest: float = 0.0
    lightest: float = 1.0

    def worst(self, colour: Colour) -> float:
        """The lowest contrast of ``colour`` with anything here. A text as light as something between has none."""
        own = luminance_of(colour)
        if self.darkest <= own <= self.lightest:
            return 1.0
        return min(contrast(own, self.darkest), contrast(own, self.lightest))


Backdrops = Callable[[Rect[int]], Backdrop]


def colour_backdrop(*colours: Colour) -> Backdrop:
    values = [luminance_of(colour) for colour in colours]
    return Backdrop(min(values), max(values))


def tones_backdrop(tones: Tones, windows: Sequence[Box], area: Rect[int], width: int, height: int) -> Backdrop:
    """What a source shows under ``area`` of the video while it is seen through ``windows``, with a cell around."""
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
    """All that a source shows anywhere."""
    return Backdrop(min(tones.darkest), max(tones.lightest))


def everywhere(*backdrops: Backdrop) -> Backdrops:
    """The same wherever a text stands: all of ``backdrops``."""
    return lambda area: _joined(backdrops)


def together(behinds: Sequence[Backdrops]) -> Backdrops:
    """What a text has to stand out from that is over all of these, one after the other."""
    return lambda area: _joined([behind(area) for behind in behinds])


def _joined(backdrops: Sequence[Backdrop]) -> Backdrop:
    return Backdrop(min(one.darkest for one in backdrops), max(one.lightest for one in backdrops))


def ensure_contrast(settings: HeadlineSettings, size: int, behind: Backdrop, wanted: float) -> TextStyle:
    """The style of a text at ``size`` that reaches the contrast ``wanted`` on ``behind``."""
    colour = settings.colour
    plain = TextStyle(font=settings.font, size=size, colour=colour, align=settings.align)
    needed = behind.worst(colour) < wanted
    partner = settings.background_colour
    if contrast(luminance_of(colour), luminance_of(partner)) < wanted:
        partner = opposite(colour)
    match settings.background:
        case "box":
            return plain.model_copy(update={"background": text_background(settings.box, colour, behind, wanted)})
        case "auto_box" if needed:
            return plain.model_copy(update={"background": text_background(settings.box, colour, behind, wanted)})
        case "auto_box":
            return plain
        case "outline":
            outline = max(THINNEST_OUTLINE, settings.outline)
            return plain.model_copy(update={"outline": outline, "outline_colour": partner})
        case _ if needed:
            outline = max(THINNEST_OUTLINE, settings.outline)
            shadow = 3.0 if settings.background == "shadow" else 0.0
            return plain.model_copy(update={"outline": outline, "outline_colour": partner, "shadow": shadow})
        case "shadow":
            return plain.model_copy(update={"shadow": 3.0, "outline_colour": partner})
        case _:
            return plain


def text_background(box: TextBackground, colour: Colour, behind: Backdrop, wanted: float) -> TextBackground:
    """The plate, made as opaque, and if need be of such a colour, that ``colour`` stands out from it."""
    for plate_colour in (box.colour, opposite(colour)):
        own, under = luminance_of(colour), luminance_of(plate_colour)
        for step in range(round(box.opacity * 20), 21):
            share = step / 20
            mixed = [_mix(under, one, share) for one in (behind.darkest, behind.lightest)]
            if min(contrast(own, one) for one in mixed) >= wanted and not min(mixed) <= own <= max(mixed):
                return box.model_copy(update={"colour": plate_colour, "opacity": share})
    return box.model_copy(update={"colour": opposite(colour), "opacity": 1.0})


def opposite(colour: Colour) -> Colour:
    """Black or white, whichever stands out more: at least 4.58 to 1."""
    own = luminance_of(colour)
    return BLACK if contrast(own, 0) >= contrast(own, 1) else WHITE


def _mix(upper: float, lower: float, share: float) -> float:
    """Luminance of two greys mixed in sRGB, taken as a power of 2.2."""
    return (share * upper ** (1 / 2.2) + (1 - share) * lower ** (1 / 2.2)) ** 2.2
