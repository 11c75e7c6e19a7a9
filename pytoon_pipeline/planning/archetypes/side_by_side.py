"""An item over the right part of a landscape frame, from edge to edge, beside its texts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from pytoon_pipeline.contracts.geometry import Box, Rect, clamp_centre
from pytoon_pipeline.contracts.output_format import Canvas
from pytoon_pipeline.contracts.preset import HeadlineSettings
from pytoon_pipeline.contracts.spec.evaluate import crop_at
from pytoon_pipeline.contracts.spec.layers import CropPath, Layer, ShapeLayer, Transform, constant
from pytoon_pipeline.contracts.spec.render_spec import Scene
from pytoon_pipeline.contracts.style import Fill, OpacityStop
from pytoon_pipeline.contracts.time import FrameRange
from pytoon_pipeline.planning.analysed_media import AnalysedMedia, PlanItem
from pytoon_pipeline.planning.archetypes.card import card
from pytoon_pipeline.planning.archetypes.item_parts import (
    beside_picture,
    crops,
    edge_of,
    ground,
    page_count,
    text_space,
)
from pytoon_pipeline.planning.backdrops import Backdrops
from pytoon_pipeline.planning.context import PlanContext
from pytoon_pipeline.planning.keep_out import PICTURE, KeepOutArea
from pytoon_pipeline.planning.layout.beside import right_part, text_column
from pytoon_pipeline.planning.layout.picture_grounds import PictureGround, picture_ground
from pytoon_pipeline.planning.sequences import SceneSequence, TextSpace, own_audio
from pytoon_pipeline.planning.shots import stills
from pytoon_pipeline.planning.shots.details import without_details
from pytoon_pipeline.planning.shots.subjects import subject_box
from pytoon_pipeline.planning.title_request import TitleRequest

# The picture's share of the width, the first at which its subject stays in view; it shows this multiple of a subject
# that is known only by standing out from its surroundings.
SHARES, MARGIN = (0.53, 0.58, 0.63), 1.16
# The length of the way on which the ground turns into the picture, in pixels: at most, and where the subject begins
# right there.
FADE, MIN_FADE = 420, 200
# Where it can, a subject keeps this distance from the right edge, as a share of what is shown.
RIGHT_MARGIN = 0.06


@dataclass(frozen=True)
class _Side:
    """Where the picture stands, what is behind and before it, the effects on it, and the look of texts beside it."""

    place: Rect[int]
    behind: tuple[Layer, ...]
    backdrop: Backdrops
    headline: HeadlineSettings
    effects: tuple[Any, ...] = ()
    before: tuple[Layer, ...] = ()
    ground: PictureGround | None = None


def side_by_side(context: PlanContext, item: PlanItem, frames: int, titles: Sequence[TitleRequest]) -> SceneSequence:
    """The item at the right and its texts at the left; a card where its subject would be cut."""
    material, canvas = item.material, context.canvas
    region = picture_region(material, canvas)
    if region is None:
        return card(context, item, frames, titles)
    space = text_space(context, item)
    side = _on_own_ground(context, item, region, space, frames)
    place = side.place
    window = _clear_of_fade(material, place) if side.ground else stills.window(material, place.width / place.height)
    text = beside_picture(
        replace(space, area=text_column(context.title_style.area, region), headline=side.headline), titles
    )
    camera = stills.fixed(*window)
    if material.is_still:
        camera = crops(context, item, window, place.height, frames, page_count(titles, text), detailed=True)
    at = Transform(x=constant((place.left + place.right) / 2), y=constant((place.top + place.bottom) / 2))
    placed: dict[str, Any] = {"width": place.width, "height": place.height, "transform": at}
    picture = stills.layer_of(material, camera, side.effects, item.source_start, "picture", **placed)
    fades = (_fade(material, camera, frames, place, side.ground),) if side.ground else ()
    layers = (*side.behind, picture, *side.before, *fades)
    return SceneSequence(
        (Scene(start=0, frames=frames, layers=layers, background_layers=len(side.behind)),),
        side.backdrop,
        keep_out=(KeepOutArea(0, frames, place, PICTURE),),
        audio=own_audio(material, frames, item.source_start),
        static=(FrameRange(start=0, end=frames),) if material.is_still else (),
        text=text,
    )


def picture_region(material: AnalysedMedia, canvas: Canvas) -> Rect[int] | None:
    """The right part of the frame that shows the whole subject of a picture; none where none does."""
    regions = (right_part(canvas, share) for share in SHARES)
    return next((one for one in regions if stills.covers_well(material, one.width / one.height, MARGIN)), None)


def _on_own_ground(context: PlanContext, item: PlanItem, region: Rect[int], space: TextSpace, frames: int) -> _Side:
    """The picture on the preset's ground, which ends in a shape, or on one in its own colour, which turns into it."""
    preset, material = context.preset, item.material
    shaped = preset.layout.picture in ("full_width", "split") or context.has_requested_background
    if shaped:
        behind, backdrop = ground(context, item, frames)
        edge = edge_of(context, region)
        return _Side(edge.place, (*behind, *edge.behind), backdrop, space.headline, edge.effects, edge.before)
    window = stills.window(material, region.width / region.height)
    view = Box(window[1][0] - window[0][0] / 2, window[1][1] - window[0][1] / 2, *window[0])
    free = len(context.items) == 1 and preset.layout.ground == "picture"
    own = picture_ground(material, view, space.headline.colour, context.title_style.min_contrast, any_text=free)
    headline = space.headline.model_copy(update={"colour": own.text})
    return _Side(region, own.layers(context.canvas, region), own.backdrop, headline, ground=own)


def _clear_of_fade(material: AnalysedMedia, place: Rect[int]) -> tuple[tuple[float, float], tuple[float, float]]:
    """The window of ``stills.window``, moved as far as the picture reaches so that its subject is in the middle of what
    no fade covers.
    """
    size, (x, y) = stills.window(material, place.width / place.height)
    subject, picture = subject_box(material), material.sampled.picture
    wanted = subject.centre[0] - FADE / 2 / place.width * size[0]
    # The right end of the subject stays in view.
    wanted = max(wanted, subject.x + subject.width + RIGHT_MARGIN * size[0] - size[0] / 2)
    return size, (clamp_centre(min(x, wanted), size[0], picture.x, picture.width), y)


def _fade(material: AnalysedMedia, camera: CropPath, frames: int, place: Rect[int], own: PictureGround) -> ShapeLayer:
    """The ground over the left edge of the picture, from opaque to clear, no farther than the subject."""
    windows = without_details([crop_at(camera, frame, frame) for frame in stills.crop_moments(camera, frames)])
    free = min(subject_box(material).through(window, place.width, place.height).left for window in windows)
    length = 2 * round(min(FADE, max(MIN_FADE, free)) / 2)
    stops = (OpacityStop(at=0.0, opacity=1.0), OpacityStop(at=1.0, opacity=0.0))
    # At 270°, a fill runs to the right.
    fill = Fill(colours=(own.near,), angle=270, opacity=stops)
    at = Transform(x=constant(place.left + length / 2), y=constant((place.top + place.bottom) / 2))
    return ShapeLayer(name="fade", width=length, height=place.height, fill=fill, transform=at)
