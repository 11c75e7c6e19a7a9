"""How captions look: a base, and what changes of it in each state of a word. People edit it as YAML.

Sizes in pixels of a 1080×1920 picture, offsets and paddings in shares of the font size.
"""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.colours import Colour, ColourAsWritten, read_colour
from pytoon_pipeline.contracts.style import TextEngine, TextShadow

# Colours of a style by what they are for: a brand or a request that sets one changes all that use it.
ColourRole = Literal["text", "highlight", "on_highlight", "outline"]
ROLES = ("text", "highlight", "on_highlight", "outline")


def _read(value: Any) -> Any:
    return value if value in ROLES else read_colour(value)


CaptionSources = Literal["auto", "all", "voice", "clips"]

StyleColour = Annotated[str, BeforeValidator(_read, json_schema_input_type=ColourRole | ColourAsWritten)]


class CaptionShadow(TextShadow):
    """A shadow whose colour may be one of the style's own."""

    colour: StyleColour = "#000000"


class CaptionBox(Record):
    """A shape behind text. ``padding_x`` and ``padding_y`` lie between it and the text, which is as high as its
    capitals and a little more; ``radius`` rounds its corners.

    A *marker* is a stroke with slanted ends, an *underline* a bar below the letters.
    """

    shape: Literal["box", "marker", "underline"] = "box"
    colour: StyleColour = "highlight"
    opacity: float = Field(default=1, ge=0, le=1)
    padding_x: float = Field(default=0.16, ge=0, le=1)
    padding_y: float = Field(default=0.08, ge=0, le=1)
    radius: float = Field(default=0.18, ge=0, le=1)


class WordLook(Record):
    """What differs from the style's base in one state of a word; what is not set stays as in the base.

    ``scale`` is a factor on the size, ``y`` moves the word down and ``rotation`` turns it clockwise, in degrees.
    """

    colour: StyleColour | None = None
    gradient_colour: StyleColour | None = None
    font: str | None = None
    outline: float | None = Field(default=None, ge=0, le=24)
    outline_colour: StyleColour | None = None
    shadow: CaptionShadow | None = None
    glow: CaptionShadow | None = None
    box: CaptionBox | None = None
    opacity: float | None = Field(default=None, ge=0, le=1)
    scale: float | None = Field(default=None, ge=0.1, le=3)
    y: float | None = Field(default=None, ge=-3, le=3)
    rotation: float | None = Field(default=None, ge=-180, le=180)


class CaptionMotion(Record):
    """How captions move. A page comes in within ``page_seconds``; a word goes from state to state within
    ``word_seconds``, with *overshoot* a little too far and back.

    ``reveal`` is how a word becomes spoken: as a whole, letter by letter, or with the colour running through it. The
    box of the spoken word slides to the next one, or jumps.
    """

    page: Literal["none", "fade", "pop", "rise", "slide"] = "pop"
    page_seconds: float = Field(default=0.14, ge=0, le=1)
    word_seconds: float = Field(default=0.1, ge=0, le=1)
    word_easing: Literal["smooth", "overshoot"] = "smooth"
    reveal: Literal["whole", "letters", "sweep"] = "whole"
    box: Literal["jump", "slide"] = "jump"


class CaptionStyle(Record):
    """How captions look. ``style`` is the named style that the other settings start from; see ``captions.yaml``.

    ``sources`` are whose speech is shown: *auto* is the voice-over, or people who talk in clips where there is none,
    and always the clips of talking videos; *clips* and *voice* are one of them, *all* both.

    A page is *uncertain* when the mean confidence of its words is below ``min_confidence``. It is shown, marked with
    brackets and a question mark, or left out of the picture.

    A word looks like the base, changed by ``emphasis`` when it is a key word, and then by its state: ``before`` it is
    spoken, ``active``, and ``after``. ``highlight`` is the style's second colour. At most ``max_emphasis`` key words of
    a page are emphasised.

    A page has at most ``max_words`` words, ``max_chars`` characters and ``max_lines`` lines. *stacked* lines are as
    wide as the column, each at its own size. ``position`` is the height of the last line's lower edge, 0 at the top, 1
    at the bottom. ``line_height`` is the distance of lines as a share of ``size``, ``word_spacing`` is added between
    words, ``letter_spacing`` between letters, in em.
    """

    style: str = "clean"
    show: bool = True
    sources: CaptionSources = "auto"
    uncertain: Literal["show", "mark", "leave_out"] = "leave_out"
    min_confidence: float = Field(default=0.1, ge=0, le=1)
    font: str = "Roboto Black"
    size: int = Field(default=88, ge=24, le=400)
    colour: Colour = "#FFFFFF"
    gradient_colour: StyleColour | None = None
    highlight: Colour = "#FFD60A"
    outline: float = Field(default=6.0, ge=0, le=24)
    outline_colour: Colour = "#000000"
    shadow: CaptionShadow | None = None
    glow: CaptionShadow | None = None
    line_box: CaptionBox | None = None
    block_box: CaptionBox | None = None
    before: WordLook = WordLook()
    active: WordLook = WordLook(colour="highlight")
    after: WordLook = WordLook()
    emphasis: WordLook = WordLook()
    max_emphasis: int = Field(default=0, ge=0, le=4)
    motion: CaptionMotion = CaptionMotion()
    layout: Literal["lines", "stacked"] = "lines"
    align: Literal["left", "centre"] = "centre"
    position: float = Field(default=0.70, ge=0.15, le=0.95)
    margin: int = Field(default=110, ge=0, le=400)
    uppercase: bool = False
    max_words: int = Field(default=3, ge=1, le=12)
    max_chars: int = Field(default=18, ge=4, le=80)
    max_lines: int = Field(default=2, ge=1, le=4)
    line_height: float = Field(default=1.0, ge=0.6, le=2)
    word_spacing: float = Field(default=0, ge=0, le=1)
    letter_spacing: float = Field(default=0, ge=-0.1, le=0.5)
    text_engine: TextEngine = "shaped"

    @property
    def fonts(self) -> tuple[str, ...]:
        """All fonts of the style."""
        looks = (self.before, self.active, self.after, self.emphasis)
        return tuple(dict.fromkeys([self.font, *(look.font for look in looks if look.font)]))
