"""The watermark: a brand's logo in a corner of the safe zone, away from faces and from detail."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pytoon_pipeline.contracts.brand import CORNERS, Corner, Watermark
from pytoon_pipeline.contracts.geometry import Box, Rect
from pytoon_pipeline.contracts.output_format import Canvas
from pytoon_pipeline.contracts.spec.effects import Effect, Rounded, Shadow
from pytoon_pipeline.contracts.spec.layers import ImageLayer
from pytoon_pipeline.planning.analysed_media import AnalysedMedia
from pytoon_pipeline.planning.layout.text_placement import layer_area
from pytoon_pipeline.planning.logos import logo_contrast, logo_layer
from pytoon_pipeline.planning.shots.stills import fitted, window

# Pixels from the watermark to the edges of the safe zone, and from texts to the watermark.
WATERMARK_INSET, WATERMARK_MARGIN = 28, 44
# However the watermark stands, texts keep at least this height, in pixels.
MIN_TEXT_HEIGHT = 200
# Another corner must be calmer than the usual one by this much; faces count this many times as much as detail.
MIN_GAIN, FACE_WEIGHT = 0.12, 4.0
# A head with its hair reaches beyond the face by this share of the face's size.
HAIR = 0.35
# Below this contrast with its ground, a logo gets a soft shadow.
MIN_CONTRAST = 3.0
SHADOW_RADIUS, SHADOW_OPACITY = 14.0, 0.55


@dataclass(frozen=True)
class _Ground:
    """What is behind a corner: the darkest and lightest luminance, and how unfit it is for a logo."""

    darkest: float
    lightest: float
    cost: float


def watermark_layer(
    settings: Watermark | None,
    logo: AnalysedMedia | None,
    canvas: Canvas,
    safe_area: Rect[int],
    shown: Sequence[AnalysedMedia] = (),
    upper: bool = False,
) -> ImageLayer | None:
    """The logo in its corner of the safe zone; none where the brand has no logo or no watermark.

    Without a corner of its own, it stands in the usual one, or in a much calmer one of the pictures ``shown``. With
    ``upper``, because captions or pictures stand low, only upper corners count.
    """
    if settings is None or logo is None:
        return None
    size = fitted(logo, *[settings.width * min(canvas.width, canvas.height)] * 2)
    corners: Sequence[Corner] = (settings.corner,) if settings.corner else CORNERS[:2] if upper else CORNERS
    places = {corner: _centre(corner, size, safe_area) for corner in corners}
    grounds = {corner: _ground(_area(place, size), shown, canvas) for corner, place in places.items()}
    usual, calmest = corners[0], min(corners, key=lambda corner: grounds[corner].cost)
    corner = calmest if grounds[usual].cost - grounds[calmest].cost >= MIN_GAIN else usual
    effects = _effects(logo, size, grounds[corner])
    return logo_layer(logo, "watermark", size, places[corner], settings.opacity, effects)


def text_area(safe_area: Rect[int], watermark: ImageLayer | None) -> Rect[int]:
    """The part of the safe zone that texts may use: all but the strip with the watermark."""
    if watermark is None:
        return safe_area
    covered = layer_area(watermark, WATERMARK_MARGIN, WATERMARK_MARGIN)
    if covered.top - safe_area.top < safe_area.bottom - covered.bottom:
        return replace(safe_area, top=min(safe_area.bottom - MIN_TEXT_HEIGHT, covered.bottom))
    return replace(safe_area, bottom=max(safe_area.top + MIN_TEXT_HEIGHT, covered.top))


def _centre(corner: Corner, size: tuple[float, float], safe_area: Rect[int]) -> tuple[float, float]:
    offset_x, offset_y = WATERMARK_INSET + size[0] / 2, WATERMARK_INSET + size[1] / 2
    x = safe_area.left + offset_x if "left" in corner else safe_area.right - offset_x
    y = safe_area.top + offset_y if "top" in corner else safe_area.bottom - offset_y
    return x, y


def _area(centre: tuple[float, float], size: tuple[float, float]) -> Rect[float]:
    (x, y), (width, height) = centre, size
    return Rect(x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def _ground(area: Rect[float], shown: Sequence[AnalysedMedia], canvas: Canvas) -> _Ground:
    """What pictures that fill the frame around their subject show behind ``area``."""
    darkest, lightest, costs = 1.0, 0.0, [0.0]
    for material in shown:
        size, centre = window(material, canvas.aspect)
        view = Box(centre[0] - size[0] / 2, centre[1] - size[1] / 2, *size)
        tones = material.sampled.tones
        cells = _cells(area, view, canvas, tones.columns, tones.rows)
        darkest = min([darkest, *(tones.darkest[cell] for cell in cells)])
        lightest = max([lightest, *(tones.lightest[cell] for cell in cells)])
        detail = sum(tones.lightest[cell] - tones.darkest[cell] for cell in cells) / max(1, len(cells))
        heads = (_head(face.box).through(view, canvas.width, canvas.height) for face in material.faces)
        covered = max((Rect(*area).intersection(head).area for head in heads), default=0.0)
        costs.append(detail + FACE_WEIGHT * covered / max(1.0, area.area))
    return _Ground(darkest, lightest, max(costs))


def _head(face: Box) -> Box:
    wider, higher = face.width * HAIR, face.height * HAIR
    return Box(face.x - wider, face.y - 1.5 * higher, face.width + 2 * wider, face.height + 2 * higher)


def _cells(area: Rect[float], view: Box, canvas: Canvas, columns: int, rows: int) -> list[int]:
    """The cells of a source's grid that ``area`` of a frame shows through ``view``."""
    left, right = (int(columns * (view.x + view.width * x / canvas.width)) for x in (area.left, area.right))
    top, bottom = (int(rows * (view.y + view.height * y / canvas.height)) for y in (area.top, area.bottom))
    return [
        row * columns + column
        for row in range(max(0, top), min(rows, bottom + 1))
        for column in range(max(0, left), min(columns, right + 1))
    ]


def _effects(logo: AnalysedMedia, size: tuple[float, float], ground: _Ground) -> tuple[Effect, ...]:
    """A shadow for a logo that its ground hides: light behind dark letters, dark behind light ones."""
    if not logo.transparent:
        return (Rounded(radius=min(16.0, size[1] / 4)),)
    extremes = (ground.darkest, ground.lightest)
    # Without pictures nothing is known of the ground, and its colours are the brand's own.
    if ground.darkest > ground.lightest or min(logo_contrast(logo, one) for one in extremes) >= MIN_CONTRAST:
        return ()
    light_ink = logo_contrast(logo, 0.0) >= logo_contrast(logo, 1.0)
    colour = "#000000" if light_ink else "#FFFFFF"
    return (Shadow(x=0, y=2, radius=SHADOW_RADIUS, opacity=SHADOW_OPACITY, colour=colour),)
