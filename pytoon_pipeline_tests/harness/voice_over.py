"""A voice-over and people in clips, with what they say."""

from dataclasses import replace

from pytoon_pipeline.contracts.analysis import CorrectedTranscript, Transcriber
from pytoon_pipeline.planning.analysed_media import AnalysedMedia
from pytoon_pipeline_tests.harness.plans import heard, words_at

SPHINX = Transcriber(engine="pocketsphinx", model="en-us", identity="x")
TIMES = tuple((n * 0.5, n * 0.5 + 0.4) for n in range(1, 13))


def spoken(material: AnalysedMedia, text: str = "word", **changes: object) -> AnalysedMedia:
    """The material with words from 0.5 s to 6.4 s."""
    assert material.silence is not None
    words = words_at(*TIMES, text=text)
    transcript = CorrectedTranscript(words=words, language="en", transcriber=SPHINX).model_copy(update=changes)
    return replace(
        material, transcript=transcript, silence=material.silence.model_copy(update={"words": words}), name="talk"
    )


def voice(**changes: object) -> AnalysedMedia:
    return spoken(heard(7.0, ((0.0, 7.0),), item="e" * 64), "said", **changes)
