"""The language of a video's audio."""

from dataclasses import replace

import pytest

from pytoon_pipeline.contracts.analysis import CorrectedTranscript, Transcriber, Word
from pytoon_pipeline.planning.analysed_media import AnalysedMedia
from pytoon_pipeline.planning.language import audio_language
from pytoon_pipeline_tests.harness.plans import footage, heard, planned

SAID = (Word(text="Hello", start=0.5, end=1.0, confidence=0.9),)


def talk(language: str, tag: str = "", words: tuple[Word, ...] = SAID, item: str = "a" * 64) -> AnalysedMedia:
    """A clip in which ``language`` was recognised, and whose file says ``tag``."""
    clip = footage(3, ((0, 3),), words=words, item=item)
    by = Transcriber(engine="whisper", model="base", identity="x")
    assert clip.info.audio is not None
    info = clip.info.model_copy(update={"audio": clip.info.audio.model_copy(update={"language": tag})})
    return replace(clip, info=info, transcript=CorrectedTranscript(words=words, language=language, transcriber=by))


@pytest.mark.parametrize(
    ("language", "tag", "code"),
    [
        ("en", "", "eng"),
        ("de", "eng", "deu"),
        ("", "ger", "deu"),
        ("jw", "", "jav"),
        ("zh-Hans", "", "zho"),
        ("", "", "und"),
        ("", "und", "und"),
        ("no such language!", "", "und"),
    ],
)
def test_the_language_is_that_of_the_words_else_that_of_the_file(language: str, tag: str, code: str) -> None:
    assert audio_language([talk(language, tag)]) == code


def test_what_was_not_recognised_has_no_language() -> None:
    assert audio_language([talk("en", words=())]) == "und"


def test_the_language_is_known_when_all_that_is_heard_agrees() -> None:
    english, german = talk("en"), talk("de", item="b" * 64)
    assert audio_language([english, talk("")]) == "eng"
    assert audio_language([english, german]) == "und"


def test_music_has_no_say() -> None:
    music = heard(5)
    assert music.info.audio is not None
    sung = music.info.model_copy(update={"audio": music.info.audio.model_copy(update={"language": "fra"})})
    spec = planned([talk("en")], music=replace(music, info=sung))
    assert (spec.language, len(spec.audio.tracks)) == ("eng", 2)
