"""Captions of words that were probably not spoken: wrong words on screen are worse than none."""

from collections.abc import Sequence
from statistics import mean

from pytoon_pipeline.contracts.analysis import Word
from pytoon_pipeline.contracts.captions import CaptionStyle
from pytoon_pipeline.contracts.spec.render_spec import Cue, Note
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.planning.captions.notes import IN_FILES
from pytoon_pipeline.planning.edit_ranges import SourceRange, source_to_timeline
from pytoon_pipeline.planning.wording import counted


def without_uncertain(
    cues: Sequence[Cue], words: Sequence[Word], ranges: Sequence[SourceRange], rate: FrameRate, style: CaptionStyle
) -> tuple[tuple[Cue, ...], tuple[Cue, ...]]:
    """The captions to show, uncertain ones as ``style`` wants them, and those that are left out of the picture.

    ``words`` of the source are shown in ``ranges``.
    """
    if style.uncertain == "show":
        return tuple(cues), ()
    heard = [(source_to_timeline(ranges, rate.nearest((word.start + word.end) / 2)), word) for word in words]
    doubtful = [cue for cue in cues if _confidence(cue, heard) < style.min_confidence]
    if style.uncertain == "mark":
        return tuple(_marked(cue) if cue in doubtful else cue for cue in cues), ()
    return tuple(cue for cue in cues if cue not in doubtful), tuple(doubtful)


def uncertain_note(number: int, name: str) -> Note:
    """The note that ``number`` captions of the file ``name`` are left out."""
    verb, pronoun = ("is", "its") if number == 1 else ("are", "their")
    message = (
        f"{counted(number, 'caption')} of “{name}” {verb} left out, because {pronoun} words are uncertain. {IN_FILES} "
        "To show all: --set captions.uncertain=show"
    )
    return Note(code="captions_uncertain", message=message)


def _confidence(cue: Cue, heard: Sequence[tuple[int | None, Word]]) -> float:
    """The mean confidence of the words of a caption; 1 for words that are too short to be found again."""
    first, last = cue.words[0].start, max(cue.words[-1].end, cue.words[0].start + 1)
    found = [word.confidence for frame, word in heard if frame is not None and first <= frame < last]
    return mean(found) if found else 1.0


def _marked(cue: Cue) -> Cue:
    """The caption as transcripts mark uncertain words: “[these words?]”."""
    words = list(cue.words)
    words[0] = words[0].model_copy(update={"text": f"[{words[0].text}"})
    words[-1] = words[-1].model_copy(update={"text": f"{words[-1].text}?]"})
    return cue.model_copy(update={"words": tuple(words)})
