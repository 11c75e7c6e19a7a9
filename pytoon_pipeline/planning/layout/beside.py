"""Landscape frames: the text stands in a column at the left, the card fills the right half."""

from typing import Any

from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.output_format import Canvas
from pytoon_pipeline.planning.analysed_media import AnalysedMedia
from pytoon_pipeline.planning.layout.cards import CardPlan
from pytoon_pipeline.planning.shots import stills

# A frame of at most this aspect is tall.
TALL = 0.7
# The text's column ends at this share of the width. The card fills the rest but for the margin, in pixels.
SEAM, MARGIN, GAP = 0.46, 76, 64
# Beside a picture, text is aligned with the left edge, at the middle of the height; its distance in pixels.
BESIDE: dict[str, Any] = {"align": "left", "position": 0.5, "item_position": 0.5}
TEXT_GAP = 56
# A cut-out has more space around it, for its disc.
CUT_OUT_MARGIN = 130
# Text over a picture that fills the frame takes this share of the width: a lower third, not a line across.
COLUMN = 0.58


def right_part(canvas: Canvas, share: float) -> Rect[int]:
    """The part of the frame at the right that has this share of its width, from an even column on."""
    return Rect(2 * round(canvas.width * (1 - share) / 2), 0, canvas.width, canvas.height)


def is_landscape(canvas: Canvas) -> bool:
    """Whether text has more space beside a picture than above it."""
    return canvas.aspect > 1


def is_tall(canvas: Canvas) -> bool:
    """Whether a frame has space for texts above and below what it shows, as 9:16 has."""
    return canvas.aspect <= TALL


def column(area: Rect[int], canvas: Canvas, share: float = COLUMN) -> Rect[int]:
    """The left part of ``area`` up to a share of the frame's width."""
    return Rect(area.left, area.top, min(area.right, 2 * round(canvas.width * share / 2)), area.bottom)


def text_column(area: Rect[int], region: Rect[int]) -> Rect[int]:
    """The part of ``area`` at the left of a picture in ``region``."""
    return Rect(area.left, area.top, min(area.right, region.left - TEXT_GAP), area.bottom)


def plan_beside(material: AnalysedMedia, area: Rect[int], canvas: Canvas, *, whole: bool) -> CardPlan:
    """The card in the right half, and its text's column at the left, where texts may stand (``area``).

    A ``whole`` picture is never cropped.
    """
    margin = CUT_OUT_MARGIN if material.transparent else MARGIN
    seam = 2 * round(canvas.width * SEAM / 2)
    place = Rect(seam, margin, canvas.width - margin, canvas.height - margin)
    width, height = (2 * (side // 2) for side in place.size)
    crops = not whole and not material.transparent
    crops = crops and stills.covers_well(material, width / height, stills.CARD_MARGIN)
    if not crops:
        width, height, _ = stills.fit_box(material, width, height)
    left, top = (place.left + place.right - width) // 2, (canvas.height - height) // 2
    text = column(area, canvas, SEAM)
    text = Rect(text.left, text.top, min(text.right, left) - GAP, text.bottom)
    card = Rect(left, top, left + width, top + height)
    return CardPlan(card=card, above=text, crops=crops, flat=False)
