"""The product compiler: from a brief to the plan of a video."""

from collections.abc import Callable
from dataclasses import replace

from pytoon_pipeline.contracts.spec.render_spec import Archetype, Note, RenderSpec
from pytoon_pipeline.planning.archetypes.edit_plan import plan_edit
from pytoon_pipeline.planning.archetypes.hero import plan_footage, plan_hero
from pytoon_pipeline.planning.archetypes.meme import plan_meme
from pytoon_pipeline.planning.archetypes.overlay import plan_overlay
from pytoon_pipeline.planning.branding import branded
from pytoon_pipeline.planning.context import Brief
from pytoon_pipeline.planning.layout.glyphs import drawable
from pytoon_pipeline.planning.source_notes import source_losses, source_notes

PLANNERS: dict[Archetype, Callable[[Brief], RenderSpec]] = {
    "hero": plan_hero,
    "overlay": plan_overlay,
    "meme": plan_meme,
    "footage": plan_footage,
    "edit_plan": plan_edit,
}


def plan_video(brief: Brief) -> RenderSpec:
    """The RenderSpec of a brief. Raises ``BadInput`` with the path of the field that cannot be met."""
    notes: tuple[Note, ...] = ()
    if brief.brand is not None:
        preset, notes = branded(brief.preset, brief.brand, brief.request)
        brief = replace(brief, preset=preset)
    brief, left_out = drawable(brief)
    spec = PLANNERS[brief.archetype](brief)
    notes = (*notes, *left_out, *source_notes(brief), *spec.notes)
    return spec.model_copy(update={"notes": notes, "losses": source_losses(brief)})
