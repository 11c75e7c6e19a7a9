"""A picture or clip that fills the frame although it is too wide for it: above its upper edge, where its texts stand, a
picture goes on in the colour of that edge, and a clip out of focus.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pytoon_pipeline.contracts.spec.render_spec import Scene
from pytoon_pipeline.planning.analysed_media import PlanItem
from pytoon_pipeline.planning.archetypes.card import card, plan_texts
from pytoon_pipeline.planning.archetypes.full_width import at_centre, plan_full_width, texts_above
from pytoon_pipeline.planning.archetypes.item_parts import over_picture, text_space
from pytoon_pipeline.planning.archetypes.plain_ground import on_plain_ground
from pytoon_pipeline.planning.archetypes.side_by_side import side_by_side
from pytoon_pipeline.planning.context import PlanContext
from pytoon_pipeline.planning.keep_out import PICTURE, KeepOutArea
from pytoon_pipeline.planning.layout.beside import is_landscape
from pytoon_pipeline.planning.layout.out_of_focus import out_of_focus
from pytoon_pipeline.planning.sequences import SceneSequence, own_audio
from pytoon_pipeline.planning.shots import stills
from pytoon_pipeline.planning.shots.headroom import higher_window
from pytoon_pipeline.planning.title_request import TitleRequest


def extending(context: PlanContext) -> PlanContext:
    """The context with pictures that go on above their upper edge; below the ground that the request has, if any."""
    layout = context.preset.layout.model_copy(
        update={"picture": "full_width" if context.has_requested_background else "extended"}
    )
    preset = context.preset.model_copy(update={"layout": layout})
    return replace(context, resolved=context.resolved.model_copy(update={"preset": preset}))


def extended(context: PlanContext, item: PlanItem, frames: int, titles: Sequence[TitleRequest]) -> SceneSequence:
    """The item in the lower part of the frame, and what goes on above it, with its texts over that; a card in landscape
    frames and where its subject would be cut.
    """
    material, canvas = item.material, context.canvas
    if material.is_still:
        # What is bright below the edge of a picture would be a smear above it.
        return on_plain_ground(context, item, frames, titles)
    if is_landscape(canvas):
        return side_by_side(context, item, frames, titles)
    space = over_picture(text_space(context, item))
    plan = plan_texts(context, item, titles, space, plan_full_width)
    place = plan.card.card
    if not plan.card.crops:
        return card(context, item, frames, titles)
    window = higher_window(material, place.width / place.height)
    text = texts_above(context, plan)
    camera = stills.fixed(*window)
    placed: dict[str, Any] = {"width": place.width, "height": place.height, "transform": at_centre(place)}
    picture = stills.layer_of(material, camera, (), item.source_start, "picture", **placed)
    beyond, behind = out_of_focus(material, item.source_start, camera, frames, place, canvas)
    return SceneSequence(
        (Scene(start=0, frames=frames, layers=(picture, beyond)),),
        behind,
        keep_out=(KeepOutArea(0, frames, place, PICTURE),),
        audio=own_audio(material, frames, item.source_start),
        text=text,
    )
