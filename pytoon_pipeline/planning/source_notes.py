"""What a person should know about the files of a plan: what is missing of them, and what cannot be heard."""

from collections.abc import Iterator

from pytoon_pipeline.contracts.media import Loss
from pytoon_pipeline.contracts.spec.render_spec import Note
from pytoon_pipeline.media.losses import losses
from pytoon_pipeline.planning.analysed_media import AnalysedMedia
from pytoon_pipeline.planning.context import PlanContext


def source_losses(context: PlanContext) -> tuple[Loss, ...]:
    """What was promised and did not come, of all files of the context."""
    return tuple(
        loss
        for one in _files(context)
        for loss in losses(one.name, one.info, context.limits, one.frames, one.audio_lost)
    )  # fmt: skip


def source_notes(context: PlanContext) -> Iterator[Note]:
    """Notes about files, each once."""
    for loss in source_losses(context):
        yield Note(code="truncated_source", message=loss.message)
    for one in _files(context):
        if one.subtitled and (one.transcript is None or not context.preset.captions.show):
            message = f"The subtitles beside “{one.name}” are not used: only talking videos with sound have captions."
            yield Note(code="subtitles_unused", message=message)
        if one.info.audio is None and one.info.streams.get("audio"):
            yield Note(code="unreadable_sound", message=f"The sound of “{one.name}” cannot be read and is left out.")
        elif one.info.audio is not None and not one.audible:
            yield Note(
                code="silent_track",
                message=f"“{one.name}” has a sound track, but nothing can be heard on it; it is treated as silent.",
            )


def _files(context: PlanContext) -> list[AnalysedMedia]:
    alone = (context.background, context.music, context.voice, context.logo)
    found = [*context.media, *context.files.values(), *(one for one in alone if one is not None)]
    return list({one.item: one for one in reversed(found)}.values())[::-1]
