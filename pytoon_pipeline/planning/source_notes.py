"""What a person should know about the files of a plan: missing parts, and audio that cannot be heard."""

from collections.abc import Iterator

from pytoon_pipeline.contracts.media import Loss
from pytoon_pipeline.contracts.preset import Limits
from pytoon_pipeline.contracts.spec.render_spec import Note
from pytoon_pipeline.media.losses import losses
from pytoon_pipeline.planning.analysed_media import AnalysedMedia, PlanMedia


def source_losses(media: PlanMedia, limits: Limits) -> tuple[Loss, ...]:
    """The parts of all files that their headers promise and that are missing."""
    return tuple(loss for one in media.all() for loss in losses(one.name, one.info, limits, one.frames, one.audio_lost))


def source_notes(media: PlanMedia, losses: tuple[Loss, ...], captions_shown: bool) -> Iterator[Note]:
    """Notes about the files of a video."""
    for loss in losses:
        yield Note(code="truncated_source", message=loss.message)
    for one in media.all():
        yield from _file_notes(one, captions_shown)


def _file_notes(file: AnalysedMedia, captions_shown: bool) -> Iterator[Note]:
    if file.subtitled and (file.transcript is None or not captions_shown):
        message = f"The subtitles of “{file.name}” are not used: only talking videos with sound have captions."
        yield Note(code="subtitles_unused", message=message)
    if file.info.audio is None and file.info.streams.get("audio"):
        yield Note(code="unreadable_sound", message=f"The audio of “{file.name}” cannot be read, so it is left out.")
    elif file.info.audio is not None and not file.audible:
        message = f"“{file.name}” has a silent audio track, which is ignored."
        yield Note(code="silent_track", message=message)
