"""The product compiler: from a resolved request and its analysed media to the plan of a video."""

from collections.abc import Callable
from pkgutil import resolve_name

from pytoon_pipeline.contracts.archetypes import ARCHETYPES
from pytoon_pipeline.contracts.resolved_request import ResolvedRequest
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.planning.analysed_media import PlanMedia
from pytoon_pipeline.planning.context import PlanContext
from pytoon_pipeline.planning.layout.glyphs import without_missing_glyphs
from pytoon_pipeline.planning.source_notes import source_losses, source_notes


def plan_video(resolved: ResolvedRequest, media: PlanMedia) -> RenderSpec:
    """The RenderSpec of a request. Raises ``InvalidInput`` with the path of the field that cannot be met."""
    context = PlanContext(
        request=resolved.request,
        archetype=resolved.archetype,
        preset=resolved.preset,
        platform=resolved.platform,
        limits=resolved.limits,
        media=media.media,
        background=media.background,
        music=media.music,
        voice=media.voice,
        logo=media.logo,
        brand=resolved.brand,
        files=dict(media.files),
        profanity=resolved.profanity,
    )
    context, left_out = without_missing_glyphs(context)
    planner: Callable[[PlanContext], RenderSpec] = resolve_name(ARCHETYPES[context.archetype].planner)
    spec = planner(context)
    notes = (*resolved.notes, *left_out, *source_notes(context), *spec.notes, *resolved.changed)
    return spec.model_copy(
        update={
            "notes": notes,
            "losses": source_losses(context),
            "remedies": resolved.remedies,
            "fallback": resolved.fallback,
        }
    )
