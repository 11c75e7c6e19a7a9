"""Notes on captions: where their words come from, and what is missing."""

from collections.abc import Iterator, Sequence

from pytoon_pipeline.contracts.analysis import CorrectedTranscript, Cut, Transcript, Translation
from pytoon_pipeline.contracts.model_notes import model_note
from pytoon_pipeline.contracts.model_use import ModelUse
from pytoon_pipeline.contracts.spec.render_spec import Cue, Note
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.planning.wording import counted

GET_CAPTIONS = (
    "If somebody speaks, put subtitles beside the file (its name with .srt or .vtt), or get a Whisper model, "
    "which knows 99 languages: pytoon models fetch base"
)
# People read about so many characters per second. A few pages with more are normal.
MAX_CPS, MAX_FAST_SHARE = 20, 0.3
MAX_LISTED = 5
# Letters of a speaker's name, or of a description of a sound, that a note shows.
MAX_TAG = 40
IN_FILES = "What is said is in the subtitle files beside the video."


def transcript_notes(source: Transcript, name: str, captions: bool) -> Iterator[Note]:
    """Who made the captions of the file ``name``, and whether all of its speech has some."""
    by = source.transcriber
    if by is not None and by.engine == "subtitles":
        where = f"the file {by.model}" if by.identity == "file" else f"the subtitles inside the clip ({by.model})"
        yield Note(code="subtitles_used", message=f"The captions of “{name}” come from {where}.")
    if source.tags:
        more = f" and {len(source.tags) - MAX_LISTED} more" if len(source.tags) > MAX_LISTED else ""
        listed = ", ".join(f"“{tag[:MAX_TAG]}”" for tag in source.tags[:MAX_LISTED])
        message = f"The subtitles of “{name}” say who speaks, or describe sounds: {listed}{more}. No caption shows it."
        yield Note(code="subtitle_tags", message=message)
    if source.language_unknown and by is not None:
        message = (
            f"“{name}” has no captions, because {by.engine} does not know its language “{source.language}”"
            f"{_fallback(source)}. {GET_CAPTIONS}"
        )
        yield Note(code="language_unknown", message=message)
    elif source.rejected_words and not captions:
        doubtful = counted(source.rejected_words, "doubtful word")
        message = (
            f"“{name}” has no captions because its speech, if any, was not recognised reliably "
            f"({doubtful}{_by(source)}). {GET_CAPTIONS}"
        )
        yield Note(code="captions_unreliable", message=message)
    elif source.rejected_words:
        words = counted(source.rejected_words, "word")
        verb = "was" if source.rejected_words == 1 else "were"
        missing = f"{words} there {verb} not recognised reliably{_by(source)}"
        message = f"Parts of “{name}” have no captions: {missing}. {GET_CAPTIONS}"
        yield Note(code="captions_partial", message=message)
    if source.device_fallback:
        message = (
            f"“{name}” was transcribed without the graphics card, which takes longer, because "
            f"{source.device_fallback}. There is nothing to do."
        )
        yield Note(code="device_fallback", message=message)


def edit_notes(source: CorrectedTranscript | None, name: str) -> Iterator[Note]:
    """What people cut out of the file ``name``, and which of their edits do not fit its words."""
    if source is None:
        return
    if source.language_model is not None:
        yield from _model_notes(source.language_model, name)
    if source.translation is not None:
        yield _translation_note(source.translation, name)
    yield from _subtitle_notes(source.subtitle_translations, name)
    if source.cuts:
        seconds = sum(cut.end - cut.start for cut in source.cuts)
        message = (
            f"{counted(len(source.cuts), 'part')} of “{name}” ({seconds:.1f} s) {_were(source.cuts)} cut out"
            f"{_why(source.cuts)}. To see the transcript and bring parts back: pytoon transcript NAME --edit"
        )
        yield Note(code="speech_cut", message=message)
    proposed = [one for one in source.disfluencies if one.action == "propose"]
    if proposed:
        message = (
            f"{counted(len(proposed), 'part')} of “{name}” could be cut out, because they are fillers or are said "
            "again. To see and to cut them: pytoon transcript NAME --edit"
        )
        yield Note(code="cuts_proposed", message=message)
    if source.unfitting:
        more = f" and {len(source.unfitting) - MAX_LISTED} more" if len(source.unfitting) > MAX_LISTED else ""
        listed = " ".join(source.unfitting[:MAX_LISTED])
        message = (
            f"{counted(len(source.unfitting), 'edit')} of the transcript of “{name}” {_were(source.unfitting)} not "
            f"applied. {listed}{more} To make them again: pytoon transcript NAME --edit"
        )
        yield Note(code="edits_unfitting", message=message)


def _model_notes(use: ModelUse, name: str) -> Iterator[Note]:
    if use.used:
        message = (
            f"The language model {use.model} made {counted(use.used, 'correction')} in the words of “{name}”. To see "
            "each with its reason: pytoon transcript NAME --json"
        )
        yield Note(code="model_corrected", message=message)
    if (note := model_note(use, f"the words of “{name}”")) is not None:
        yield note


def _translation_note(translation: Translation, name: str) -> Note:
    use = translation.language_model
    if translation.sentences and use is not None:
        message = (
            f"The captions of “{name}” are a translation into “{translation.language}” by the language model "
            f"{use.model}. Nobody has checked it: read them before you post the video."
        )
        return Note(code="captions_translated", message=message)
    message = (
        f"The captions of “{name}” are in the language that is spoken and not in “{translation.language}”, because "
        f"{translation.missing}. {_translation_help(translation)}"
    )
    return Note(code="captions_untranslated", message=message)


def _subtitle_notes(translations: Sequence[Translation], name: str) -> Iterator[Note]:
    """Notes on the subtitle files in other languages: those that there are, and those that are missing."""
    if made := [one for one in translations if one.sentences]:
        languages = ", ".join(f"“{one.language}”" for one in made)
        by = ", ".join(dict.fromkeys(one.language_model.model for one in made if one.language_model is not None))
        message = (
            f"The subtitle files in {languages} for “{name}” are translations by the language model {by}. Nobody has "
            "checked them: read them before you post them."
        )
        yield Note(code="subtitles_translated", message=message)
    for one in translations:
        if not one.sentences:
            message = (
                f"There are no subtitle files in “{one.language}”, because {one.missing}. {_translation_help(one)}"
            )
            yield Note(code="subtitles_untranslated", message=message)


def _translation_help(translation: Translation) -> str:
    if translation.language_model is None:
        return "To set one up, see: pytoon doctor"
    return "Render again, or use another model."


def _why(cuts: Sequence[Cut]) -> str:
    """Who cut: people in the transcript, or rules."""
    fillers, retakes = (sum(cut.reason == reason for cut in cuts) for reason in ("filler", "said again"))
    by_people = len(cuts) - fillers - retakes
    found = [f"{counted(fillers, 'filler')}"] if fillers else []
    found += [f"{counted(retakes, 'repetition')}"] if retakes else []
    if not found:
        return " with the transcript"
    return f": {', '.join([*found, *([f'{by_people} with the transcript'] if by_people else [])])}"


def _were(things: Sequence[object]) -> str:
    return "was" if len(things) == 1 else "were"


def fast_notes(cues: Sequence[Cue], rate: FrameRate, name: str) -> Iterator[Note]:
    """The note that the speaker of the file ``name`` is faster than people read."""
    fast = sum(len(cue.text) > MAX_CPS * rate.seconds(cue.end - cue.start) for cue in cues)
    if fast > MAX_FAST_SHARE * len(cues):
        message = (
            f"{fast} of {counted(len(cues), 'caption')} of “{name}” show more than {MAX_CPS} characters per second, "
            "because they keep up with a fast speaker. A style with longer pages, such as captions.style=classic, is "
            "easier to read."
        )
        yield Note(code="captions_fast", message=message)


def masked_note(number: int, name: str) -> Note:
    """The note that ``number`` words in the captions of the file ``name`` are masked."""
    verb = "is" if number == 1 else "are"
    message = f"{counted(number, 'word')} in the captions of “{name}” {verb} masked; set profanity: keep to show them."
    return Note(code="profanity_masked", message=message)


def lost_note(number: int, name: str) -> Note:
    """The note that ``number`` words of the subtitles of the file ``name`` are not shown."""
    verb, pronoun = ("falls", "it has") if number == 1 else ("fall", "they have")
    message = (
        f"{counted(number, 'word')} of the subtitles of “{name}” {verb} in silence or after the end, so {pronoun} no "
        "caption. Check that the times of the subtitles fit the clip."
    )
    return Note(code="subtitles_lost", message=message)


def no_words_note(name: str) -> Note:
    """The note that nothing was recognised in the file ``name``."""
    return Note(code="no_words", message=f"No words were recognised in “{name}”, so it has no captions. {GET_CAPTIONS}")


def spoken_over_note(number: int) -> Note:
    """The note that ``number`` captions of clips are left out for those of the voice-over."""
    verb = "is" if number == 1 else "are"
    message = (
        f"{counted(number, 'caption')} of what is said in clips {verb} left out, because the voice-over speaks at the "
        "same time. To lower the clips under it, add: --set original_audio=lower"
    )
    return Note(code="captions_spoken_over", message=message)


def read_out_note(name: str) -> Note:
    """The note that the voice-over ``name`` has no captions, because the texts of the video say the same."""
    message = (
        f"“{name}” has no captions in the picture, because it reads out the texts of the video. {IN_FILES} To show "
        "them all the same, add: --set captions.sources=voice"
    )
    return Note(code="captions_read_out", message=message)


def crowded_note(number: int) -> Note:
    """The note that ``number`` captions have no place beside the texts of the video."""
    verb, their = ("is", "its") if number == 1 else ("are", "their")
    message = (
        f"{counted(number, 'caption')} {verb} not in the picture, because other texts take {their} place. {IN_FILES} "
        "Shorten the texts of the video."
    )
    return Note(code="captions_crowded", message=message)


def uncut_note(number: int, name: str) -> Note:
    """The note that ``number`` parts that the transcript of the file ``name`` cuts out are still heard."""
    verb = "is" if number == 1 else "are"
    message = (
        f"{counted(number, 'part')} of “{name}” {verb} cut out in its transcript, but still heard: only talking videos "
        "and voice-overs are cut by their words. To cut it, set archetype: footage."
    )
    return Note(code="speech_uncut", message=message)


def hidden_note(name: str) -> Note:
    """The note that the captions of the file ``name`` are switched off."""
    message = f"The captions of “{name}” are not shown, because captions.show is false. {IN_FILES}"
    return Note(code="captions_hidden", message=message)


def _by(source: Transcript) -> str:
    if source.transcriber is None:
        return ""
    english = ", which knows only English" if source.transcriber.engine == "pocketsphinx" else ""
    return f", by {source.transcriber.engine}{english}{_fallback(source)}"


def _fallback(source: Transcript) -> str:
    fallback = source.transcriber.fallback if source.transcriber is not None else None
    return f"; {fallback}" if fallback else ""
