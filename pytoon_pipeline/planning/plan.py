"""The product compiler: from a resolved request and its analysed media to the plan of a video."""

from collections.abc import Callable
from pkgutil import resolve_name

from pytoon_pipeline.contracts.archetypes import ARCHETYPES
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.resolved_request import ResolvedRequest
from pytoon_pipeline.contracts.spec.layers import TextLayer
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.planning.analysed_media import PlanMedia
from pytoon_pipeline.planning.bit_rate import max_bit_rate
from pytoon_pipeline.planning.colours import plan_colours
from pytoon_pipeline.planning.context import PlanContext, plan_context
from pytoon_pipeline.planning.glyphs import without_missing_glyphs
from pytoon_pipeline.planning.language import audio_language, translated_language
from pytoon_pipeline.planning.motion_notes import motion_notes
from pytoon_pipeline.planning.source_notes import source_losses, source_notes
from pytoon_pipeline.planning.subtitle_tracks import subtitle_tracks
from pytoon_pipeline.planning.thumbnail_title import thumbnail_title

Planner = Callable[[PlanContext], RenderSpec]


def plan_video(resolved: ResolvedRequest, media: PlanMedia) -> RenderSpec:
    """The RenderSpec of a request. Raises ``InvalidInput`` with the path of the field that cannot be met."""
    drawable, glyph_notes = without_missing_glyphs(resolved)
    planner: Planner = resolve_name(ARCHETYPES[resolved.archetype].planner)
    colours = plan_colours(resolved, media)
    media = colours.seen(media)
    context, spec = _planned(planner, drawable, media)
    spec = colours.applied(spec)
    languages = resolved.request.subtitle_languages
    tracks = tuple(subtitle_tracks(languages, media, lambda other: _planned(planner, drawable, other)[1]))
    losses = source_losses(media, resolved.limits)
    media_notes = source_notes(media, losses)
    heard = [one for one in media.all() if one.item in _heard(spec)]
    notes = (*resolved.notes, *glyph_notes, *media_notes, *colours.notes, *spec.notes)
    notes = (*notes, *motion_notes(spec, context.items), *resolved.changed)
    request, seconds = resolved.request, spec.rate.seconds(spec.frames)
    size = resolved.canvas.at(request.resolution)
    return spec.model_copy(
        update={
            "notes": notes,
            "losses": losses,
            "language": audio_language(heard),
            "captions": spec.captions.model_copy(update={"language": translated_language(heard), "tracks": tracks}),
            "thumbnail_title": _thumbnail_title(context),
            "codec": request.codec,
            "resolution": request.resolution,
            "max_bit_rate": max_bit_rate(resolved.platform, request.codec, size, spec.rate, seconds),
            "remedies": resolved.remedies,
            "fallback": resolved.fallback,
        }
    )


def _planned(planner: Planner, resolved: ResolvedRequest, media: PlanMedia) -> tuple[PlanContext, RenderSpec]:
    context = plan_context(resolved, media)
    try:
        return context, planner(context)
    except InvalidInput as error:
        # Texts come first: captions without a place of their own stand where the texts leave one.
        if error.code != "text_too_long" or not context.has_caption_room:
            raise
        context = plan_context(resolved, media, caption_room=False)
        return context, planner(context)


def _thumbnail_title(context: PlanContext) -> TextLayer | None:
    style, plate = context.title_style, context.transition.colour
    text = context.request.thumbnail_title
    return thumbnail_title(text, style.headline, context.canvas, context.safe_area, plate, style.min_contrast)


def _heard(spec: RenderSpec) -> set[str]:
    """The files whose audio may be speech: all but music."""
    return {clip.item for track in spec.audio.tracks if track.role != "music" for clip in track.clips}
