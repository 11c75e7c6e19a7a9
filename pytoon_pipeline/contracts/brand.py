"""Brands, which people edit as YAML in ``presets/``."""

from typing import Annotated, Any, Literal

from pydantic import Field

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.colours import Colour
from pytoon_pipeline.contracts.glossary import Glossary
from pytoon_pipeline.contracts.preset import Move
from pytoon_pipeline.contracts.transitions import TransitionChoice

Corner = Literal["top_left", "top_right", "bottom_left", "bottom_right"]
# The corners in which a watermark may stand, the usual one first, and upper ones before lower ones.
CORNERS: tuple[Corner, ...] = ("top_right", "top_left", "bottom_right", "bottom_left")


class BrandColours(Record):
    """``primary`` is for backgrounds, ``accent`` for plates and highlights, ``text`` for text on either."""

    primary: Colour = Field(examples=["navy"])
    secondary: Colour = Field(examples=["teal"])
    accent: Colour = Field(examples=["orange"])
    text: Colour = Field(examples=["white"])


class BrandFonts(Record):
    headline: str = Field(examples=["Roboto Black"])
    body: str = Field(examples=["Roboto Bold"])


class Watermark(Record):
    """The logo in a corner of the safe zone. ``width`` is a share of the frame's width.

    Without a ``corner`` it stands at the top on the right, or where the pictures are calmer and show no face.
    """

    corner: Corner | None = None
    opacity: float = Field(default=0.85, gt=0, le=1)
    width: float = Field(default=0.16, gt=0, le=0.5)


class EndCard(Record):
    """The scene that closes each video: the logo, a line of ``text``, a ``button``, and a ``handle`` or URL.

    The call to action of a request stands on the button instead of the brand's own. 0 ``seconds``: none.
    """

    seconds: float = Field(default=1.8, ge=0, le=5)
    text: str = Field(default="", max_length=80)
    button: str = Field(default="", max_length=40)
    handle: str = Field(default="", max_length=60)


class Brand(Record):
    """A brand and what it allows. ``logo`` and ``lut`` are files in the same folder as the brand's YAML file: a
    picture, and a ``.cube`` file for the colours of photos and clips.

    ``zoom`` is the largest zoom of a still. ``glossary`` has words that transcripts should spell right.
    """

    name: str
    title: str = Field(examples=["My brand"])
    logo: str | None = None
    colours: BrandColours
    fonts: BrandFonts
    watermark: Watermark | None = Watermark()
    end_card: EndCard = EndCard()
    transitions: tuple[TransitionChoice, ...] = Field(default=("cut", "crossfade", "fade"), min_length=1)
    ken_burns: tuple[Move, ...] = Field(default=("in", "out", "hold"), min_length=1)
    zoom: float = Field(default=1.12, ge=1, le=1.5)
    lut: str | None = None
    glossary: Glossary = Glossary()


class BrandRequest(Record):
    """A brand over the API: ``brand`` is what the file of a brand holds, ``files`` are ids of uploads by the names of
    its logo and fonts there.
    """

    brand: dict[str, Any]
    files: dict[str, Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="the id of an upload")]] = Field(
        default_factory=dict, max_length=10
    )
