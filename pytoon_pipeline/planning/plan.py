"""The product compiler: from a context to the plan of a video."""

from collections.abc import Callable
from dataclasses import replace

from pytoon_pipeline.contracts.spec.render_spec import Archetype, Note, RenderSpec
from pytoon_pipeline.planning.archetypes.edit_plan import plan_edit
from pytoon_pipeline.planning.archetypes.hero import plan_footage, plan_hero
from pytoon_pipeline.planning.archetypes.meme import plan_meme
from pytoon_pipeline.planning.archetypes.overlay import plan_overlay
from pytoon_pipeline.planning.branding import branded
from pytoon_pipeline.planning.context import PlanContext
from pytoon_pipeline.planning.layout.glyphs import without_missing_glyphs
from pytoon_pipeline.planning.source_notes import source_losses, source_notes

PLANNERS: dict[Archetype, Callable[[PlanContext], RenderSpec]] = {
    "hero": plan_hero,
    "overlay": plan_overlay,
    "meme": plan_meme,
    "footage": plan_footage,
    "edit_plan": plan_edit,
}


def plan_video(context: PlanContext) -> RenderSpec:
    """The RenderSpec of a context. Raises ``InvalidInput`` with the path of the field that cannot be met."""
    notes: tuple[Note, ...] = ()
    if context.brand is not None:
        preset, notes = branded(context.preset, context.brand, context.request)
        context = replace(context, preset=preset)
    context, left_out = without_missing_glyphs(context)
    spec = PLANNERS[context.archetype](context)
    notes = (*notes, *left_out, *source_notes(context), *spec.notes)
    return spec.model_copy(update={"notes": notes, "losses": source_losses(context)})
