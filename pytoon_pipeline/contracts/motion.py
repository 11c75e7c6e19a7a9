"""How the view moves over a picture, as a person asks for it."""

from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline.contracts.preset import Move

Share = Annotated[float, Field(ge=0, le=1)]
Length = Annotated[float, Field(ge=0.1, le=1)]


def _inside(part: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    x, y, width, height = part
    if x + width > 1 or y + height > 1:
        reason = f"the part {list(part)} goes beyond the picture"
        raise ValueError(reason, "Write [x, y, width, height] in shares of the picture, such as [0.5, 0, 0.5, 1].")
    return part


# A part of a picture: x and y of its upper left corner, width and height, in shares of the picture.
Part = Annotated[tuple[Share, Share, Length, Length], AfterValidator(_inside)]


class Motion(Record):
    """From the part ``start`` of a picture to the part ``end``; *even* at one speed, *eased* gently off and to a stop.

    What is shown is the smallest part of the frame's own shape that holds it, as far as the picture reaches.
    """

    start: Part
    end: Part
    kind: Literal["even", "eased"] = "eased"

    @property
    def parts(self) -> tuple[Box, Box]:
        return Box(*self.start), Box(*self.end)


def written_motion(value: Any) -> Any:
    """A motion as people write it: a word, or where it starts and ends. Raises ``ValueError`` for other words."""
    if isinstance(value, str) and value not in get_args(Move):
        raise ValueError(f"“{value[:40]}” is no motion", f"Choose from: {', '.join(get_args(Move))}.")
    return value


MotionChoice = Annotated[Move | Motion, BeforeValidator(written_motion, json_schema_input_type=Move | Motion)]
