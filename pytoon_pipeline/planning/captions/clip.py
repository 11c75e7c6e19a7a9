"""The captions of one source as they may be shown, and notes on where their words come from and what is missing."""

from dataclasses import dataclass, replace

from pytoon_pipeline.contracts.analysis import Transcript
from pytoon_pipeline.contracts.captions import CaptionStyle
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.spec.render_spec import Cue, Note
from pytoon_pipeline.planning.analysed_media import AnalysedMedia
from pytoon_pipeline.planning.captions.notes import IN_FILES, hidden_note, lost_note, masked_note, transcript_notes
from pytoon_pipeline.planning.captions.profanity import mask_profanity
from pytoon_pipeline.planning.glyphs import GIVE_FONT, captions_with_glyphs
from pytoon_pipeline.planning.sequences import SceneSequence


@dataclass(frozen=True)
class CaptionRules:
    """What applies to all captions: style, the words to mask, and whether characters without a font are dropped."""

    style: CaptionStyle
    masked_words: tuple[str, ...] = ()
    drop_missing: bool = False


@dataclass(frozen=True)
class SourceCaptions:
    """The captions of one source: those to show, those that are only in subtitle files, and notes."""

    shown: tuple[Cue, ...] = ()
    hidden: tuple[Cue, ...] = ()
    notes: tuple[Note, ...] = ()


def add_captions(
    rules: CaptionRules, sequence: SceneSequence, material: AnalysedMedia, name: str, part: tuple[float, float]
) -> SceneSequence:
    """``sequence`` with captions that can be drawn, profanity masked, and notes.

    It shows ``part``, in seconds, of the file ``name``. Captions that are switched off or cannot be drawn are hidden.
    Raises ``InvalidInput`` when the upload's subtitles cannot be drawn.
    """
    planned = SourceCaptions(sequence.cues, sequence.hidden, sequence.notes)
    found = source_captions(rules, planned, material, name, part)
    return replace(sequence, cues=found.shown, hidden=found.hidden, notes=found.notes)


def source_captions(
    rules: CaptionRules, planned: SourceCaptions, material: AnalysedMedia, name: str, part: tuple[float, float]
) -> SourceCaptions:
    """The ``planned`` captions of ``part``, in seconds, of the file ``name``, as ``add_captions`` changes them."""
    source, notes = material.transcript, list(planned.notes)
    cues, masked = _masked(planned.shown, source, rules.masked_words, name)
    if not rules.style.show:
        switched_off = (hidden_note(name),) if cues else ()
        return SourceCaptions((), _in_order(cues, planned.hidden), (*notes, *masked, *switched_off))
    if source is not None:
        explained = source.rejected_words or source.language_unknown
        notes = [note for note in notes if note.code != "no_words" or not explained]
        notes += transcript_notes(source, name, bool(planned.shown))
        lost = lost_words(material, part) if _from_subtitles(source) else 0
        notes += [lost_note(lost, name)] if lost else []
    shown, missing = captions_with_glyphs(cues, rules.style, name, drop=rules.drop_missing)
    if cues and not shown and source is not None and _from_file(source):
        raise InvalidInput(
            "missing_glyphs", missing[0].message, "Remove the subtitles, or give the brand a font that has them."
        )
    if cues and not shown:
        message = f"{missing[0].message} {IN_FILES} {GIVE_FONT}"
        missing = (missing[0].model_copy(update={"message": message}),)
    hidden = planned.hidden if shown else _in_order(cues, planned.hidden)
    return SourceCaptions(shown, hidden, (*notes, *masked, *missing))


def _in_order(*groups: tuple[Cue, ...]) -> tuple[Cue, ...]:
    return tuple(sorted((cue for group in groups for cue in group), key=lambda cue: cue.start))


def _masked(
    cues: tuple[Cue, ...], source: Transcript | None, words: tuple[str, ...], name: str
) -> tuple[tuple[Cue, ...], tuple[Note, ...]]:
    """Captions with profanity masked where a machine recognised the words. Subtitles stay as they were written."""
    if source is not None and _from_subtitles(source):
        return cues, ()
    masked, count = mask_profanity(cues, words)
    return masked, (masked_note(count, name),) if count else ()


def lost_words(material: AnalysedMedia, part: tuple[float, float]) -> int:
    """Words of the subtitles within ``part`` that lie in silence; those after the end belong to the last part."""
    start, end = part
    whole = end >= material.seconds
    dropped = material.silence.dropped_words if material.silence is not None else ()
    return sum(start <= word.start and (whole or word.start < end) for word in dropped)


def _from_subtitles(source: Transcript) -> bool:
    return source.transcriber is not None and source.transcriber.engine == "subtitles"


def _from_file(source: Transcript) -> bool:
    """Whether the words are from a subtitle file of the upload."""
    return _from_subtitles(source) and source.transcriber is not None and source.transcriber.identity == "file"
