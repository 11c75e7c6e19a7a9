"""A brand on a video: its logo in a corner of the safe zone, and its end card."""

from dataclasses import replace

from pytoon_pipeline.contracts.brand import Brand, Watermark
from pytoon_pipeline.contracts.errors import field_error
from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.output_format import HEIGHT, WIDTH
from pytoon_pipeline.contracts.spec.layers import ImageLayer, Layer, TextLayer, Transform, constant
from pytoon_pipeline.contracts.spec.render_spec import Scene
from pytoon_pipeline.contracts.style import TextStyle
from pytoon_pipeline.contracts.time import FrameRange, FrameRate
from pytoon_pipeline.media.colour import contrast, luminance_of, opposite
from pytoon_pipeline.planning.analysed_media import AnalysedMedia
from pytoon_pipeline.planning.backdrops import colour_backdrop, everywhere
from pytoon_pipeline.planning.layout.text_fit import TextBox, TextLayout, clean, fit
from pytoon_pipeline.planning.layout.text_placement import layer_area
from pytoon_pipeline.planning.sequences import SceneSequence
from pytoon_pipeline.planning.shots.stills import fitted, fixed

# Pixels from the watermark to the edges of the safe zone, and from texts to the watermark.
WATERMARK_INSET, WATERMARK_MARGIN = 28, 16
# However the watermark stands, texts keep at least this height, in pixels.
MIN_TEXT_HEIGHT = 200
# The end card's logo as shares of the frame, and its text in pixels.
END_LOGO_WIDTH, END_LOGO_HEIGHT = 0.5, 0.3
END_TEXT_SIZE, END_TEXT_MIN_SIZE, END_TEXT_HEIGHT, END_TEXT_LINES = 84, 40, 300, 2
END_GAP = 60


def watermark_layer(settings: Watermark | None, logo: AnalysedMedia | None, safe_area: Rect[int]) -> ImageLayer | None:
    """The logo in its corner of the safe zone; none where the brand has no logo or no watermark."""
    if settings is None or logo is None:
        return None
    width, height = fitted(logo, settings.width * WIDTH, settings.width * WIDTH)
    left, top = "left" in settings.corner, "top" in settings.corner
    offset_x, offset_y = WATERMARK_INSET + width / 2, WATERMARK_INSET + height / 2
    x = safe_area.left + offset_x if left else safe_area.right - offset_x
    y = safe_area.top + offset_y if top else safe_area.bottom - offset_y
    return _logo(logo, "watermark", width, height, x, y, settings.opacity)


def text_area(safe_area: Rect[int], watermark: ImageLayer | None) -> Rect[int]:
    """The part of the safe zone that texts may use: all but the strip with the watermark."""
    if watermark is None:
        return safe_area
    covered = layer_area(watermark, WATERMARK_MARGIN, WATERMARK_MARGIN)
    if covered.top - safe_area.top < safe_area.bottom - covered.bottom:
        return replace(safe_area, top=min(safe_area.bottom - MIN_TEXT_HEIGHT, covered.bottom))
    return replace(safe_area, bottom=max(safe_area.top + MIN_TEXT_HEIGHT, covered.top))


def end_card(
    brand: Brand | None, logo: AnalysedMedia | None, safe_area: Rect[int], rate: FrameRate, min_contrast: float
) -> SceneSequence | None:
    """The closing scene of a brand: its logo and a line of text on its colour; none where the brand has neither.

    Raises ``InvalidInput`` when the text does not fit.
    """
    if brand is None or brand.end_card.seconds <= 0 or (logo is None and not brand.end_card.text):
        return None
    layers: list[Layer] = []
    y = (safe_area.top + safe_area.bottom) / 2
    if logo is not None:
        width, height = fitted(logo, END_LOGO_WIDTH * WIDTH, END_LOGO_HEIGHT * HEIGHT)
        layers.append(_logo(logo, "logo", width, height, WIDTH / 2, y - END_GAP))
        y += height / 2 + END_GAP
    if text := clean(brand.end_card.text):
        layers.append(_end_text(brand, _end_page(brand, text, safe_area), y, min_contrast))
    colour, frames = brand.colours.primary, rate.nearest(brand.end_card.seconds)
    scene = Scene(start=0, frames=frames, background=colour, layers=tuple(layers))
    whole = FrameRange(start=0, end=frames)
    return SceneSequence((scene,), everywhere(colour_backdrop(colour)), static=(whole,))


def _end_page(brand: Brand, text: str, safe_area: Rect[int]) -> TextLayout:
    width = 2 * min(WIDTH / 2 - safe_area.left, safe_area.right - WIDTH / 2) - 40
    box = TextBox(brand.fonts.headline, END_TEXT_SIZE, END_TEXT_MIN_SIZE, width, END_TEXT_HEIGHT, END_TEXT_LINES)
    page = fit(text, box)
    if page is None:
        raise field_error(
            "brand.end_card.text", "text_too_long", f"“{text[:40]}” does not fit on the end card.", "Shorten it."
        )
    return page


def _end_text(brand: Brand, page: TextLayout, top: float, min_contrast: float) -> TextLayer:
    colour, background = brand.colours.text, brand.colours.primary
    if contrast(luminance_of(colour), luminance_of(background)) < min_contrast:
        colour = opposite(background)
    return TextLayer(
        name="end card",
        lines=page.lines,
        style=TextStyle(font=brand.fonts.headline, size=page.size, colour=colour),
        width=page.width,
        height=page.height,
        transform=Transform(x=constant(WIDTH / 2), y=constant(top + page.height / 2)),
    )


def _logo(
    logo: AnalysedMedia, name: str, width: float, height: float, x: float, y: float, opacity: float = 1.0
) -> ImageLayer:
    picture = logo.sampled.picture
    return ImageLayer(
        name=name,
        item=logo.item,
        width=width,
        height=height,
        crop_path=fixed((picture.width, picture.height), picture.centre),
        transform=Transform(x=constant(x), y=constant(y), opacity=constant(opacity)),
    )
