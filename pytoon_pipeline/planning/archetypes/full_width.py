"""An item as wide as the frame, down to its lower edge; its texts stand above it, where its background goes on."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pytoon_pipeline.contracts.geometry import Box, Rect, clamp_centre
from pytoon_pipeline.contracts.output_format import Canvas
from pytoon_pipeline.contracts.spec.evaluate import crop_at
from pytoon_pipeline.contracts.spec.layers import CropPath, ShapeLayer, Transform, constant
from pytoon_pipeline.contracts.spec.render_spec import Scene
from pytoon_pipeline.contracts.style import Fill, OpacityStop
from pytoon_pipeline.contracts.time import FrameRange
from pytoon_pipeline.planning.analysed_media import AnalysedMedia, PlanItem
from pytoon_pipeline.planning.archetypes.card import card, plan_texts
from pytoon_pipeline.planning.archetypes.item_parts import crops, page_count, text_space
from pytoon_pipeline.planning.archetypes.item_parts import ground as designed
from pytoon_pipeline.planning.context import PlanContext
from pytoon_pipeline.planning.keep_out import PICTURE, KeepOutArea
from pytoon_pipeline.planning.layout.beside import is_landscape
from pytoon_pipeline.planning.layout.cards import CardPlan
from pytoon_pipeline.planning.layout.picture_grounds import PictureGround, picture_ground
from pytoon_pipeline.planning.layout.titles import BOXED, INSET
from pytoon_pipeline.planning.sequences import SceneSequence, own_audio
from pytoon_pipeline.planning.shots import stills
from pytoon_pipeline.planning.shots.subjects import subject_box
from pytoon_pipeline.planning.title_request import TitleRequest

# The picture's share of the height below its text, the first at which its subject stays in view.
SHARES = (1.0, 0.93, 0.86, 0.79, 0.72, 0.65, 0.58, 0.5)
# It shows this multiple of a subject that is known only by standing out from its surroundings.
MARGIN = 1.16
# The space above a subject, as a share of its height.
ABOVE = 0.18
# Distance from a text to the picture, and the length of the way on which the ground turns into it, in pixels: at most,
# and where the subject begins right below.
GAP, FADE, MIN_FADE = 56, 380, 70
# A whole picture lower than this share of the height stands in the middle of the ground instead of at its end.
MIN_HEIGHT = 0.4
# Height of the common centre of a low picture and its text, as a share of the frame's.
CENTRE = 0.5


def full_width(context: PlanContext, item: PlanItem, frames: int, titles: Sequence[TitleRequest]) -> SceneSequence:
    """The item as wide as the frame, below its texts; a card in landscape frames and where its subject would be cut."""
    material, canvas = item.material, context.canvas
    if is_landscape(canvas):
        return card(context, item, frames, titles)
    space = text_space(context, item)
    planned = plan_texts(context, item, titles, space, plan_full_width)
    plan = planned.card
    if plan.card.width < canvas.width:
        return card(context, item, frames, titles)
    window = _window(material, plan.card.width / plan.card.height)
    view = Box(window[1][0] - window[0][0] / 2, window[1][1] - window[0][1] / 2, *window[0])
    alone = len(context.items) == 1
    ground = picture_ground(material, view, space.headline.colour, context.title_style.min_contrast, any_text=alone)
    own = context.has_picture_ground
    background, backdrop = (
        (ground.layers(canvas, plan.card.top), ground.backdrop) if own else designed(context, item, frames)
    )
    colour = ground.text if own else space.headline.colour
    inset = 0 if space.headline.background in BOXED else INSET
    spare = max(0, plan.above.bottom - planned.height - space.area.top)
    # Texts over several pictures stand at one height.
    bottom = plan.above.bottom - (spare // 2 if alone else spare)
    top = max(space.area.top - inset, bottom - planned.height)
    headline = planned.headline.model_copy(update={"position": 1.0, "item_position": 1.0, "colour": colour})
    area = replace(space.area, top=top, bottom=bottom)
    text = replace(space, area=area, headline=headline, shade=None)
    camera = stills.fixed(*window)
    if material.is_still and not material.focus.texts:
        camera = crops(context, item, window, plan.card.height, frames, page_count(titles, text))
    place = plan.card
    placed: dict[str, Any] = {"width": place.width, "height": place.height, "transform": _at(place)}
    picture = stills.layer_of(material, camera, (), item.source_start, "picture", **placed)
    fades = _fades(material, camera, frames, place, ground, canvas) if own else []
    layers = (*background, picture, *fades)
    return SceneSequence(
        (Scene(start=0, frames=frames, layers=layers, background_layers=len(background)),),
        backdrop,
        keep_out=(KeepOutArea(0, frames, place, PICTURE),),
        audio=own_audio(material, frames, item.source_start),
        static=(FrameRange(start=0, end=frames),) if material.is_still else (),
        text=text,
    )


def on_picture_grounds(context: PlanContext) -> PlanContext:
    """The context with pictures as wide as the frame, each on a ground of its own tone."""
    layout = context.preset.layout.model_copy(update={"picture": "full_width", "ground": "picture"})
    preset = context.preset.model_copy(update={"layout": layout})
    return replace(context, resolved=context.resolved.model_copy(update={"preset": preset}))


def plan_full_width(
    material: AnalysedMedia, text_height: int, area: Rect[int], canvas: Canvas, *, whole: bool
) -> CardPlan:
    """The places of the picture and of a text of ``text_height`` above it, in ``area``."""
    above = area.top + text_height + GAP if text_height else area.top
    free = canvas.height - above
    width, height = canvas.width, 0
    if not whole:
        sizes = (2 * round(free * share / 2) for share in SHARES)
        height = next((one for one in sizes if stills.covers_well(material, width / one, MARGIN)), 0)
    crops = bool(height)
    if not height:
        width, height, _ = stills.fit_box(material, width, free)
    top = canvas.height - height
    if height < MIN_HEIGHT * canvas.height:
        used = text_height + GAP + height
        top = max(above, round(CENTRE * canvas.height - used / 2) + text_height + GAP)
    left = (canvas.width - width) // 2
    card = Rect(left=left, top=top, right=left + width, bottom=top + height)
    text = replace(area, bottom=top - GAP)
    return CardPlan(card=card, above=text, crops=crops, flat=True)


def _window(material: AnalysedMedia, aspect: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """The window of ``stills.window``, higher where a subject that is known only by standing out would begin right
    below its edge: thin ends, such as the tip of a tower, stand out little.
    """
    size, (x, y) = stills.window(material, aspect)
    if material.faces or material.focus.people or material.focus.texts:
        return size, (x, y)
    subject, picture = subject_box(material), material.sampled.picture
    highest = subject.y - ABOVE * subject.height + size[1] / 2
    return size, (x, clamp_centre(min(y, highest), size[1], picture.y, picture.height))


def _fades(
    material: AnalysedMedia, camera: CropPath, frames: int, place: Rect[int], ground: PictureGround, canvas: Canvas
) -> list[ShapeLayer]:
    """The ground over the edges of the picture, from opaque to clear, no farther than the subject."""
    windows = [crop_at(camera, frame, frame) for frame in stills.crop_moments(camera, frames)]
    subjects = [subject_box(material).through(window, place.width, place.height) for window in windows]
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


def _at(place: Rect[int]) -> Transform:
    return Transform(x=constant((place.left + place.right) / 2), y=constant((place.top + place.bottom) / 2))
