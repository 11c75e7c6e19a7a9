"""A picture that goes on above its upper edge in the colour of that edge, behind its texts."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pytoon_pipeline.contracts.geometry import Box, Rect
from pytoon_pipeline.contracts.output_format import Canvas
from pytoon_pipeline.contracts.spec.evaluate import crop_at
from pytoon_pipeline.contracts.spec.layers import CropPath, ShapeLayer, Transform, constant
from pytoon_pipeline.contracts.spec.render_spec import Scene
from pytoon_pipeline.contracts.style import Fill, OpacityStop
from pytoon_pipeline.contracts.time import FrameRange
from pytoon_pipeline.planning.analysed_media import AnalysedMedia, PlanItem
from pytoon_pipeline.planning.archetypes.card import card, plan_texts
from pytoon_pipeline.planning.archetypes.full_width import at_centre, plan_full_width, texts_above
from pytoon_pipeline.planning.archetypes.item_parts import crops, page_count, text_space
from pytoon_pipeline.planning.archetypes.side_by_side import side_by_side
from pytoon_pipeline.planning.context import PlanContext
from pytoon_pipeline.planning.keep_out import PICTURE, KeepOutArea
from pytoon_pipeline.planning.layout.beside import is_landscape
from pytoon_pipeline.planning.layout.picture_grounds import PictureGround, has_plain_edges, picture_ground
from pytoon_pipeline.planning.sequences import SceneSequence, own_audio
from pytoon_pipeline.planning.shots import stills
from pytoon_pipeline.planning.shots.details import without_details
from pytoon_pipeline.planning.shots.headroom import ABOVE, higher_window
from pytoon_pipeline.planning.shots.subjects import subject_box
from pytoon_pipeline.planning.title_request import TitleRequest

# The length of the way on which the ground turns into the picture, in pixels: at most, and where the subject begins
# right below.
FADE, MIN_FADE = 380, 70


def on_plain_ground(context: PlanContext, item: PlanItem, frames: int, titles: Sequence[TitleRequest]) -> SceneSequence:
    """The picture as wide as the frame, below its texts; a card in landscape frames and where its subject would be
    cut.
    """
    material, canvas = item.material, context.canvas
    if is_landscape(canvas):
        return side_by_side(context, item, frames, titles)
    space = text_space(context, item)
    plan = plan_texts(context, item, titles, space, plan_full_width)
    place = plan.card.card
    if place.width < canvas.width or not (plan.card.crops or has_plain_edges(material)):
        return card(context, item, frames, titles)
    window = higher_window(material, place.width / place.height)
    view = Box(window[1][0] - window[0][0] / 2, window[1][1] - window[0][1] / 2, *window[0])
    # Several pictures have one colour of text; a preset with a ground of its own has its own.
    free = len(context.items) == 1 and context.preset.layout.ground == "picture"
    ground = picture_ground(material, view, space.headline.colour, context.title_style.min_contrast, any_text=free)
    background = ground.layers(canvas, place)
    text = texts_above(context, plan)
    text = replace(text, headline=text.headline.model_copy(update={"colour": ground.text}), shade=None)
    camera = crops(context, item, window, place.height, frames, page_count(titles, text), detailed=True)
    placed: dict[str, Any] = {"width": place.width, "height": place.height, "transform": at_centre(place)}
    picture = stills.layer_of(material, camera, (), item.source_start, "picture", **placed)
    layers = (*background, picture, *_fades(material, camera, frames, place, ground, canvas))
    return SceneSequence(
        (Scene(start=0, frames=frames, layers=layers, background_layers=len(background)),),
        ground.backdrop,
        keep_out=(KeepOutArea(0, frames, place, PICTURE),),
        audio=own_audio(material, frames, item.source_start),
        static=(FrameRange(start=0, end=frames),),
        text=text,
    )


def _fades(
    material: AnalysedMedia, camera: CropPath, frames: int, place: Rect[int], ground: PictureGround, canvas: Canvas
) -> list[ShapeLayer]:
    """The ground over the edges of the picture, from opaque to clear, no farther than the subject."""
    windows = [crop_at(camera, frame, frame) for frame in stills.crop_moments(camera, frames)]
    whole = without_details(windows)
    subjects = [subject_box(material).through(window, place.width, place.height) for window in whole]
    free = (
        round(min(subject.top - ABOVE * subject.height for subject in subjects)),
        min(place.height - subject.bottom for subject in subjects),
    )
    edges = [(place.top, min(FADE, max(MIN_FADE, free[0])), 0.0)]
    if place.bottom < canvas.height:
        length = min(FADE, max(MIN_FADE, free[1]))
        edges.append((place.bottom - length, length, 1.0))
    return [_fade(ground, top, length, clear, canvas) for top, length, clear in edges]


def _fade(ground: PictureGround, top: int, length: int, clear: float, canvas: Canvas) -> ShapeLayer:
    """The ground's colour from row ``top``, opaque at its start where ``clear`` is 0, else at its end."""
    height = 2 * round(length / 2)
    stops = (OpacityStop(at=0.0, opacity=1.0 - clear), OpacityStop(at=1.0, opacity=clear))
    fill = Fill(colours=(ground.near,), opacity=stops)
    at = Transform(x=constant(canvas.centre[0]), y=constant(top + height / 2))
    return ShapeLayer(name="fade", width=canvas.width, height=height, fill=fill, transform=at)
