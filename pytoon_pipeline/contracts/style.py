"""The style of text and backgrounds. Sizes in pixels of a 1080×1920 picture."""

from typing import Literal

from pydantic import Field

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.colours import Colour

# How text is drawn: shaped by HarfBuzz, or by Pillow for the fallback engine.
TextEngine = Literal["shaped", "plain"]


class TextBackground(Record):
    """A box behind text. ``opacity`` 0..1; ``padding`` around the text; ``radius`` of its corners.

    ``shape`` is one box round the block, or one behind each of its ``lines``.
    """

    shape: Literal["block", "lines"] = "block"
    colour: Colour = "#000000"
    opacity: float = Field(default=0.8, ge=0, le=1)
    padding: int = Field(default=28, ge=0, le=120)
    radius: int = Field(default=28, ge=0, le=200)


class Emphasis(Record):
    """How key words differ: their ``colour``, and the mark in ``mark_colour`` behind or under them."""

    kind: Literal["colour", "box", "marker", "underline"] = "colour"
    colour: Colour = "#FFFFFF"
    mark_colour: Colour = "#000000"


class TextStyle(Record):
    """The style of a text. ``size`` is the distance from ascender to descender.

    ``line_height`` is the distance between baselines and ``letter_spacing`` is added after each character, both in em;
    without ``line_height`` it is ``size``. ``shadow`` is how far a soft shadow falls.
    """

    font: str = "Roboto Black"
    size: int = Field(default=120, ge=24, le=900)
    colour: Colour = "#FFFFFF"
    outline: float = Field(default=0, ge=0, le=24)
    outline_colour: Colour = "#000000"
    shadow: float = Field(default=0, ge=0, le=24)
    background: TextBackground | None = None
    align: Literal["left", "centre", "right"] = "centre"
    line_height: float | None = Field(default=None, ge=0.6, le=3)
    letter_spacing: float = Field(default=0, ge=-0.1, le=1)
    emphasis: Emphasis | None = None
    text_engine: TextEngine = "shaped"


class TextShadow(Record):
    """A copy of the letters below them, in one colour. Without an offset it is a glow.

    ``spread`` widens the letters before ``blur``, the standard deviation of their soft edge. Lengths in pixels.
    """

    colour: Colour = "#000000"
    opacity: float = Field(default=0.5, ge=0, le=1)
    blur: float = Field(default=8, ge=0, le=80)
    x: float = Field(default=0, ge=-60, le=60)
    y: float = Field(default=4, ge=-60, le=60)
    spread: float = Field(default=0, ge=0, le=40)


class WordStyle(Record):
    """How the letters of a word are drawn. ``size`` is the distance from ascender to descender.

    With ``gradient_colour``, ``colour`` changes to it from the top of capitals to the baseline. ``letter_spacing`` is
    added between letters, in em. ``shadows`` lie below the outline, the first one lowest.
    """

    font: str = "Roboto Black"
    size: float = Field(default=120, gt=0)
    colour: Colour = "#FFFFFF"
    gradient_colour: Colour | None = None
    letter_spacing: float = 0
    outline: float = Field(default=0, ge=0)
    outline_colour: Colour = "#000000"
    shadows: tuple[TextShadow, ...] = ()
    text_engine: TextEngine = "shaped"


class OpacityStop(Record):
    """The opacity, 0..1, at a place along a fill: 0 at its start, 1 at its end."""

    at: float = Field(ge=0, le=1)
    opacity: float = Field(ge=0, le=1)


class Fill(Record):
    """One colour, or a gradient between two; ``angle`` in degrees clockwise, 0 runs downwards.

    ``opacity`` has stops in order of their place, along the same direction; without any the fill is opaque. Between two
    stops the opacity follows 3t² - 2t³, so that no stop shows as an edge.
    """

    colours: tuple[Colour, ...] = Field(min_length=1, max_length=2)
    angle: float = 0
    opacity: tuple[OpacityStop, ...] = Field(default=(), max_length=8)

    def opacity_at(self, share: float) -> float:
        """The opacity, 0..1, at ``share`` of the way along the fill."""
        stops = self.opacity
        if not stops:
            return 1.0
        after = next((n for n, stop in enumerate(stops) if stop.at > share), len(stops))
        if after in (0, len(stops)):
            return stops[min(after, len(stops) - 1)].opacity
        first, last = stops[after - 1], stops[after]
        t = (share - first.at) / (last.at - first.at)
        return first.opacity + (last.opacity - first.opacity) * t * t * (3 - 2 * t)
