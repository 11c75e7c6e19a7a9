"""The pictures of a video below the texts of its end card: one that fills the rest of the frame, or its cut-outs."""

from collections.abc import Sequence
from typing import Any

from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.output_format import Canvas
from pytoon_pipeline.contracts.preset import StillSettings
from pytoon_pipeline.contracts.spec.effects import Effect, Rounded
from pytoon_pipeline.contracts.spec.layers import Layer, Transform, constant
from pytoon_pipeline.planning.analysed_media import AnalysedMedia
from pytoon_pipeline.planning.layout.cards import CARD_WIDTH, EDGE
from pytoon_pipeline.planning.shots import stills
from pytoon_pipeline.planning.shots.subjects import subject_box

# A picture comes nearer by this factor while the card is shown.
ZOOM = 1.06
# At most so many cut-outs are shown, two side by side. The width of a row and the largest one of a single cut-out in
# widths of the frame; the distance between them and that to the frame's lower edge in pixels.
MAX_CUT_OUTS, ROW_WIDTH, SINGLE_WIDTH, SPACE, LOWER_EDGE = 4, 0.86, 0.7, 44, 100
RADIUS = 40


def closing_picture(pictures: Sequence[AnalysedMedia], top: int, canvas: Canvas, frames: int) -> tuple[Layer, ...]:
    """The layers below ``top``: all of a few cut-outs, else the last picture. It is shown for ``frames``."""
    last = pictures[-MAX_CUT_OUTS:]
    if all(one.transparent for one in last):
        return tuple(_cut_outs(last, Rect(0, top, canvas.width, canvas.height - LOWER_EDGE)))
    return (_picture(pictures[-1], top, canvas, frames),)


def _cut_outs(pictures: Sequence[AnalysedMedia], place: Rect[int]) -> list[Layer]:
    """Cut-outs in rows of two, an odd one in the middle of the first row."""
    first = len(pictures) % 2
    rows = [pictures[:first], *(pictures[n : n + 2] for n in range(first, len(pictures), 2))]
    rows = [row for row in rows if row]
    height = (place.height - SPACE * (len(rows) - 1)) / len(rows)
    width = place.width * ROW_WIDTH
    each = place.width * SINGLE_WIDTH if len(rows) == 1 else (width - SPACE) / 2
    layers: list[Layer] = []
    for n, row in enumerate(rows):
        bottom = place.bottom - (len(rows) - 1 - n) * (height + SPACE)
        for column, one in enumerate(row):
            across, down, camera = stills.fit_box(one, each if len(row) == 1 else (width - SPACE) / 2, height)
            x = (place.left + place.right) / 2 + (column - (len(row) - 1) / 2) * ((width + SPACE) / 2)
            transform = Transform(x=constant(round(x)), y=constant(bottom - down / 2))
            shown = {"width": across, "height": down, "transform": transform}
            layers.append(stills.layer_of(one, camera, (), 0, "picture", **shown))
    return layers


def _picture(material: AnalysedMedia, top: int, canvas: Canvas, frames: int) -> Layer:
    """A picture over the whole width, down to the lower edge; as a card where that would cut its subject."""
    width, height = canvas.width, canvas.height - top
    middle = top + height / 2
    if stills.covers_well(material, width / height, stills.CARD_MARGIN):
        window, centre = stills.window(material, width / height)
        subject = subject_box(material)
        zoom = StillSettings(zoom=ZOOM)
        camera = stills.moving(window, centre, material.sampled.picture, subject, frames, "in", zoom)
        effects: tuple[Effect, ...] = ()
    else:
        width, height, camera = stills.fit_box(material, CARD_WIDTH, height - EDGE)
        middle, effects = top + height / 2, (Rounded(radius=RADIUS),)
    transform = Transform(x=constant(canvas.centre[0]), y=constant(middle))
    placed: dict[str, Any] = {"width": width, "height": height, "transform": transform}
    return stills.layer_of(material, camera, effects, 0, "picture", **placed)
