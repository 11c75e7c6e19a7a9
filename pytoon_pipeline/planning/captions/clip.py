"""The captions of one clip as they may be shown, and notes on where their words are from and what they lack."""

from collections.abc import Iterator
from dataclasses import replace

from pytoon_pipeline.contracts.analysis import Transcript
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.spec.render_spec import Note
from pytoon_pipeline.planning.analysed_media import AnalysedMedia
from pytoon_pipeline.planning.captions.profanity import mask_profanity
from pytoon_pipeline.planning.context import PlanContext
from pytoon_pipeline.planning.layout.glyphs import captions_with_glyphs
from pytoon_pipeline.planning.sequences import SceneSequence

GET_CAPTIONS = (
    "To get captions, put a Whisper model on this machine (PYTOON_WHISPER_MODEL), or subtitles beside the clip "
    "(its name with .srt or .vtt)."
)


def add_captions(context: PlanContext, sequence: SceneSequence, material: AnalysedMedia, name: str) -> SceneSequence:
    """``sequence``, which shows the file ``name``, with captions that can be drawn, profanity masked, and notes.

    Raises ``InvalidInput`` when somebody gave subtitles that cannot be drawn.
    """
    cues, notes = sequence.cues, list(sequence.notes)
    source = material.transcript
    if source is not None and context.preset.captions.show:
        notes = [note for note in notes if note.code != "no_words" or not source.rejected_words]
        notes += _notes(source, name, bool(cues))
        lost = material.silence.dropped_words if material.silence and _written(source) else 0
        if lost:
            message = (
                f"{lost} words of the subtitles of “{name}” stand where nothing sounds or after the end, "
                "and have no caption."
            )
            notes.append(Note(code="subtitles_lost", message=message))
    if context.request.profanity == "mask" and (source is None or not _written(source)):
        cues, count = mask_profanity(cues, context.profanity)
        if count:
            message = f"{count} words in the captions of “{name}” are masked; set profanity: keep to show them."
            notes.append(Note(code="profanity_masked", message=message))
    shown, said = captions_with_glyphs(
        cues, context.preset.captions, name, drop=context.request.missing_glyphs == "drop"
    )
    if cues and not shown and source is not None and _beside(source):
        raise InvalidInput(
            "missing_glyphs", f"{said[0].message}", "Take the subtitles away, or give the brand a font that has them."
        )
    return replace(sequence, cues=shown, notes=(*notes, *said))


def _notes(source: Transcript, name: str, captions: bool) -> Iterator[Note]:
    by = source.transcriber
    if by is not None and by.engine == "subtitles":
        yield Note(code="subtitles_used", message=f"The captions of “{name}” are from its subtitles ({by.model}).")
    if source.rejected_words and not captions:
        message = (
            f"“{name}” has no captions: what is said, if anything, was not understood reliably "
            f"({source.rejected_words} doubtful words{_by(source)}). {GET_CAPTIONS}"
        )
        yield Note(code="captions_unreliable", message=message)
    elif source.rejected_words:
        message = (
            f"Parts of “{name}” have no captions: {source.rejected_words} words there were not understood reliably"
            f"{_by(source)}. {GET_CAPTIONS}"
        )
        yield Note(code="captions_partial", message=message)
    if source.device_fallback:
        yield Note(code="device_fallback", message=f"“{name}” was transcribed on the CPU: {source.device_fallback}.")


def _by(source: Transcript) -> str:
    if source.transcriber is None:
        return ""
    reason = f"; Whisper was not used: {source.transcriber.fallback}" if source.transcriber.fallback else ""
    return f", by {source.transcriber.engine}{reason}"


def _written(source: Transcript) -> bool:
    return source.transcriber is not None and source.transcriber.engine == "subtitles"


def _beside(source: Transcript) -> bool:
    """Whether the words are from a subtitle file that somebody put beside the clip."""
    return _written(source) and source.transcriber is not None and source.transcriber.identity == "file"
