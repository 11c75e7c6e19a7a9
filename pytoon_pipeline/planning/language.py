"""The language of a video's audio, as players and platforms read it from the file, and that of its captions."""

from collections.abc import Iterable

from langcodes import Language
from langcodes.tag_parser import LanguageTagError

from pytoon_pipeline.planning.analysed_media import AnalysedMedia

# The code of ISO 639-2 for a language that is not known.
UNDETERMINED = "und"


def audio_language(heard: Iterable[AnalysedMedia]) -> str:
    """The code of ISO 639-2 for the language of the files whose speech is heard; undetermined when they disagree."""
    known = {code for one in heard if (code := _code(_spoken(one))) != UNDETERMINED}
    return known.pop() if len(known) == 1 else UNDETERMINED


def translated_language(heard: Iterable[AnalysedMedia]) -> str | None:
    """The code of ISO 639-2 for the language of translated captions; none where none of them are."""
    found = (one.transcript.translation for one in heard if one.transcript is not None)
    return next((_code(one.language) for one in found if one is not None and one.sentences), None)


def _spoken(material: AnalysedMedia) -> str:
    """The language of the recognised words, else the one that the file names."""
    if material.transcript is not None and material.transcript.words and material.transcript.language:
        return material.transcript.language
    return material.info.audio.language if material.info.audio is not None else ""


def _code(tag: str) -> str:
    """The code of ISO 639-2/T for a language tag of any kind, such as “en”, “en-GB” or “ger”."""
    try:
        return Language.get(tag).to_alpha3()
    except (LanguageTagError, LookupError):
        return UNDETERMINED
