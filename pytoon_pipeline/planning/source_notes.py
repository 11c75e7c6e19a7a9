"""What a person should know about the files of a plan: missing parts, and audio that cannot be heard."""

from collections.abc import Iterator

from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline.contracts.media import Loss
from pytoon_pipeline.contracts.preset import Limits
from pytoon_pipeline.contracts.spec.render_spec import Note
from pytoon_pipeline.media.losses import losses
from pytoon_pipeline.planning.analysed_media import AnalysedMedia, PlanMedia

# Narrower bars, as shares of the size, are not worth a note.
MIN_BAR = 0.005


def source_losses(media: PlanMedia, limits: Limits) -> tuple[Loss, ...]:
    """The parts of all files that their headers promise and that are missing."""
    return tuple(loss for one in media.all() for loss in losses(one.name, one.info, limits, one.frames, one.audio_lost))


def source_notes(media: PlanMedia, losses: tuple[Loss, ...]) -> Iterator[Note]:
    """Notes about the files of a video."""
    for loss in losses:
        message = f"{loss.message} It may not have been copied completely; copy or export it again."
        yield Note(code="truncated_source", message=message)
    for one in media.all():
        yield from _file_notes(one)


def _file_notes(file: AnalysedMedia) -> Iterator[Note]:
    if file.info.video is not None and file.frames is not None and (bars := _bars(file.frames.picture)):
        message = f"“{file.name}” has bars of one colour at its edges ({bars}). They are cut off."
        yield Note(code="bars_cut", message=message)
    if file.subtitled and file.transcript is None:
        message = (
            f"The subtitles of “{file.name}” are not used: it has no sound, or its speech is not captioned in this "
            "video. To caption all speech, add: --set captions.sources=all"
        )
        yield Note(code="subtitles_unused", message=message)
    if file.info.audio is None and file.info.streams.get("audio"):
        message = f"The sound of “{file.name}” cannot be read, so it is left out. Export the clip again with AAC sound."
        yield Note(code="unreadable_sound", message=message)
    elif file.info.audio is not None and not file.audible:
        message = f"Nothing can be heard in “{file.name}”: its sound track is silent and is left out."
        yield Note(code="silent_track", message=message)


def _bars(picture: Box) -> str:
    """The edges at which a source has bars, each with the bar's share of the width or height."""
    shares = {
        "left": picture.x, "right": 1 - picture.x - picture.width,
        "top": picture.y, "bottom": 1 - picture.y - picture.height,
    }  # fmt: skip
    return ", ".join(f"{edge} {share:.0%}" for edge, share in shares.items() if share >= MIN_BAR)
