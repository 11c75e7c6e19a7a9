"""The captions of one clip as they may be shown, and notes on the source of their words and what is missing."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from pytoon_pipeline.contracts.analysis import Transcript
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.preset import CaptionStyle
from pytoon_pipeline.contracts.spec.render_spec import Cue, Note
from pytoon_pipeline.planning.analysed_media import AnalysedMedia
from pytoon_pipeline.planning.captions.profanity import mask_profanity
from pytoon_pipeline.planning.glyphs import captions_with_glyphs
from pytoon_pipeline.planning.sequences import SceneSequence

GET_CAPTIONS = (
    "To get captions, install a Whisper model (PYTOON_WHISPER_MODEL), or add subtitles to the upload "
    "(the clip's name with .srt or .vtt)."
)


@dataclass(frozen=True)
class CaptionRules:
    """What applies to all captions: style, the words to mask, and whether characters without a font are dropped."""

    style: CaptionStyle
    masked_words: tuple[str, ...] = ()
    drop_missing: bool = False


def add_captions(rules: CaptionRules, sequence: SceneSequence, material: AnalysedMedia, name: str) -> SceneSequence:
    """``sequence``, which shows the file ``name``, with captions that can be drawn, profanity masked, and notes.

    Captions that are switched off or cannot be drawn are hidden. Raises ``InvalidInput`` when the upload's subtitles
    cannot be drawn.
    """
    source, notes = material.transcript, list(sequence.notes)
    cues, masked = _masked(sequence.cues, source, rules.masked_words, name)
    if not rules.style.show:
        return replace(sequence, cues=(), hidden=cues, notes=(*notes, *masked))
    if source is not None:
        notes = [note for note in notes if note.code != "no_words" or not source.rejected_words]
        notes += _transcript_notes(source, name, bool(sequence.cues))
        notes += _lost_subtitles(source, material, name)
    shown, missing = captions_with_glyphs(cues, rules.style, name, drop=rules.drop_missing)
    if cues and not shown and source is not None and _from_file(source):
        raise InvalidInput(
            "missing_glyphs", f"{missing[0].message}", "Remove the subtitles, or give the brand a font that has them."
        )
    return replace(sequence, cues=shown, hidden=() if shown else cues, notes=(*notes, *masked, *missing))


def _masked(
    cues: tuple[Cue, ...], source: Transcript | None, words: tuple[str, ...], name: str
) -> tuple[tuple[Cue, ...], tuple[Note, ...]]:
    """Captions with profanity masked where a machine recognised the words. Subtitles stay as they were written."""
    if source is not None and _from_subtitles(source):
        return cues, ()
    masked, count = mask_profanity(cues, words)
    message = f"{count} words in the captions of “{name}” are masked; set profanity: keep to show them."
    return masked, (Note(code="profanity_masked", message=message),) if count else ()


def _lost_subtitles(source: Transcript, material: AnalysedMedia, name: str) -> Iterator[Note]:
    lost = material.silence.dropped_words if material.silence is not None and _from_subtitles(source) else 0
    if lost:
        message = (
            f"{lost} words of the subtitles of “{name}” fall in silence or after the end, so they have no caption."
        )
        yield Note(code="subtitles_lost", message=message)


def _transcript_notes(source: Transcript, name: str, captions: bool) -> Iterator[Note]:
    by = source.transcriber
    if by is not None and by.engine == "subtitles":
        yield Note(code="subtitles_used", message=f"The captions of “{name}” come from its subtitles ({by.model}).")
    if source.rejected_words and not captions:
        message = (
            f"“{name}” has no captions because its speech, if any, was not recognised reliably "
            f"({source.rejected_words} doubtful words{_by(source)}). {GET_CAPTIONS}"
        )
        yield Note(code="captions_unreliable", message=message)
    elif source.rejected_words:
        message = (
            f"Parts of “{name}” have no captions: {source.rejected_words} words there were not recognised reliably"
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


def _from_subtitles(source: Transcript) -> bool:
    return source.transcriber is not None and source.transcriber.engine == "subtitles"


def _from_file(source: Transcript) -> bool:
    """Whether the words are from a subtitle file of the upload."""
    return _from_subtitles(source) and source.transcriber is not None and source.transcriber.identity == "file"
