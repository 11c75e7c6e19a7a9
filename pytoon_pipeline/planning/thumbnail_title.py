"""The title of a thumbnail: large, on a panel in the lower part of the safe zone."""

from dataclasses import replace

from pytoon_pipeline.contracts.colours import Colour
from pytoon_pipeline.contracts.errors import field_error
from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.output_format import Canvas
from pytoon_pipeline.contracts.preset import HeadlineSettings
from pytoon_pipeline.contracts.spec.layers import TextLayer, Transform, constant
from pytoon_pipeline.contracts.style import TextBackground, TextStyle
from pytoon_pipeline.media.colour import contrast, luminance_of, opposite
from pytoon_pipeline.planning.layout.text_fit import clean, fit
from pytoon_pipeline.planning.layout.titles import symmetric, text_box

# Thumbnails are seen small: their title is this much larger than a headline, on at most so many lines.
ENLARGED, MAX_LINES = 1.2, 3
# Space around the letters as a share of their size, and the radius of the panel's corners.
PADDING, RADIUS = 0.4, 0.25


def thumbnail_title(
    text: str | None,
    headline: HeadlineSettings,
    canvas: Canvas,
    safe_area: Rect[int],
    plate: Colour,
    min_contrast: float,
) -> TextLayer | None:
    """``text`` on a panel of the colour ``plate``; none without a text.

    Raises ``InvalidInput`` when it does not fit.
    """
    cleaned = clean(text or "", headline.uppercase)
    if not cleaned:
        return None
    area = symmetric(safe_area, canvas)
    box = text_box(headline, area)
    size = min(round(box.size * ENLARGED), 400)
    room = replace(box, size=size, lines=MAX_LINES, width=area.width - 2 * PADDING * size, height=area.height / 2)
    page = fit(cleaned, room)
    if page is None:
        raise field_error("thumbnail_title", "text_too_long", f"“{cleaned[:40]}” does not fit.", "Shorten it.")
    readable = contrast(luminance_of(headline.colour), luminance_of(plate)) >= min_contrast
    padding = round(PADDING * page.size)
    height = page.height + 2 * padding
    return TextLayer(
        name="thumbnail title",
        role="headline",
        lines=page.lines,
        style=TextStyle(
            font=headline.font,
            size=page.size,
            colour=headline.colour if readable else opposite(plate),
            background=TextBackground(
                colour=plate, opacity=1, padding=min(padding, 120), radius=min(200, round(RADIUS * page.size))
            ),
            line_height=headline.line_height,
            letter_spacing=headline.letter_spacing,
        ),
        width=page.width + 2 * padding,
        height=height,
        transform=Transform(x=constant(canvas.centre[0]), y=constant(safe_area.bottom - height / 2)),
    )
