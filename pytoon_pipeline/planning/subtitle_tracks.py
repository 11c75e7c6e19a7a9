"""Subtitle files in several languages: the captions of the same video, planned with the words of each language."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from pytoon_pipeline.contracts.spec.render_spec import RenderSpec, SubtitleTrack
from pytoon_pipeline.planning.analysed_media import AnalysedMedia, PlanMedia


def subtitle_tracks(
    languages: Iterable[str], media: PlanMedia, plan: Callable[[PlanMedia], RenderSpec]
) -> Iterator[SubtitleTrack]:
    """The tracks in these languages. A language in which some of what is said is not known has none.

    ``plan`` makes the video of media. Its cuts follow the words that are spoken, so that they are those of every
    language.
    """
    for language in languages:
        if all(_is_known(one, language) for one in media.all()):
            captions = plan(_in_language(media, language)).captions
            cues = sorted((*captions.cues, *captions.hidden), key=lambda cue: cue.start)
            if cues:
                bare = tuple(cue.model_copy(update={"places": ()}) for cue in cues)
                yield SubtitleTrack(language=language, cues=bare)


def _is_known(material: AnalysedMedia, language: str) -> bool:
    source = material.transcript
    if source is None or not source.words or source.language == language:
        return True
    return any(one.language == language and one.sentences for one in source.subtitle_translations)


def _in_language(media: PlanMedia, language: str) -> PlanMedia:
    """The files as if their captions were wanted in this language."""

    def in_language(material: AnalysedMedia | None) -> AnalysedMedia | None:
        if material is None or material.transcript is None:
            return material
        found = (one for one in material.transcript.subtitle_translations if one.language == language)
        return replace(material, transcript=material.transcript.model_copy(update={"translation": next(found, None)}))

    return replace(
        media,
        media=tuple(one for material in media.media if (one := in_language(material)) is not None),
        files={name: one for name, material in media.files.items() if (one := in_language(material)) is not None},
        voice=in_language(media.voice),
        item_voices={n: one for n, voice in media.item_voices.items() if (one := in_language(voice)) is not None},
    )
