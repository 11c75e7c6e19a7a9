"""A video without media: titles on a designed background."""

from pytoon_pipeline.contracts.errors import field_error
from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec, Scene
from pytoon_pipeline.contracts.time import FrameRange
from pytoon_pipeline.planning.assembly import assemble
from pytoon_pipeline.planning.context import PlanContext
from pytoon_pipeline.planning.layout.backgrounds import designed_background
from pytoon_pipeline.planning.pacing import text_length
from pytoon_pipeline.planning.sequences import SceneSequence


def plan_text(context: PlanContext, title_area: Rect[int]) -> RenderSpec:
    """The titles in ``title_area`` of a designed background. Raises ``InvalidInput`` when there are none."""
    if not context.titles:
        raise field_error("media", "nothing_to_show", "the request has neither media nor text.", "Add media or text.")
    frames = text_length(context.pacing)
    layers, backdrop = designed_background(context.preset.background, frames)
    scene = Scene(start=0, frames=frames, layers=layers, background_layers=len(layers))
    sequence = SceneSequence((scene,), backdrop, static=(FrameRange(start=0, end=frames),))
    return assemble(context, [sequence], title_area=title_area)
