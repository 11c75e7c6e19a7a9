"""No edit of a transcript is lost silently on its way into the video: with another transcriber, silence threshold or
preset it is done, or the plan says that it is not.
"""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pytoon_pipeline.analysis.speech.silence import find_silence
from pytoon_pipeline.analysis.transcript.applying import apply_edits, written_ranges
from pytoon_pipeline.analysis.transcript.document import write_document
from pytoon_pipeline.analysis.transcript.files import Source, edits_of_file
from pytoon_pipeline.contracts.analysis import CorrectedTranscript, SilenceSegments, Word
from pytoon_pipeline.contracts.output_format import SAMPLE_RATE
from pytoon_pipeline.contracts.preset import SilenceSettings
from pytoon_pipeline.contracts.spec.render_spec import AudioTrack, RenderSpec
from pytoon_pipeline.contracts.time import TimeRange
from pytoon_pipeline.contracts.transcript_edits import TranscriptEdit
from pytoon_pipeline_tests.harness.plans import footage, planned
from pytoon_pipeline_tests.harness.transcripts import ITEM as SPOKEN_ITEM
from pytoon_pipeline_tests.harness.transcripts import corrected, heard_otherwise, random_speech, rewritten

RATE = 16_000
FRAME = 1 / 30
PRESETS = ("clean-talk", "bold-talk", "calm-interview", "vlog-pop", "quiet-quote", "night-neon")
# More are tried by hand: PYTOON_EXAMPLES=500.
EXAMPLES = int(os.environ.get("PYTOON_EXAMPLES", "15"))

silences = st.builds(
    SilenceSettings,
    remove=st.booleans(),
    threshold_below_speech_db=st.sampled_from([12.0, 26.0, 45.0]),
    min_seconds=st.sampled_from([0.15, 0.45, 2.0]),
    pad_before=st.sampled_from([0.0, 0.1]),
    pad_after=st.sampled_from([0.0, 0.15]),
)

SHARP = SilenceSettings(remove=True, threshold_below_speech_db=12.0, min_seconds=0.15, pad_before=0.0, pad_after=0.0)


@settings(max_examples=EXAMPLES)
@given(st.integers(0, 10_000), silences, st.sampled_from(PRESETS), st.booleans())
# Hidden words that a person retyped, spoken softly; and a short rest of a word between a silence and a cut.
@example(1694, SHARP.model_copy(update={"remove": False}), "clean-talk", False)
@example(64, SHARP, "clean-talk", True)
def test_an_edit_is_done_in_the_video_or_the_plan_says_why_not(
    seed: int, silence: SilenceSettings, preset: str, otherwise: bool
) -> None:
    words = random_speech(seed)
    seconds = words[-1].end + 1
    document = write_document("talk.mp4", SPOKEN_ITEM, seconds, corrected(words))
    source = {SPOKEN_ITEM: Source(words, seconds)}
    edits = edits_of_file(rewritten(document, seed).encode(), "talk.txt", source)[SPOKEN_ITEM]
    heard = heard_otherwise(words, seed) if otherwise else words
    found = apply_edits(heard, edits)
    cuts = [TimeRange(start=cut.start, end=cut.end) for cut in found.cuts]
    transcript = corrected(found.words, found.cuts, heard).model_copy(update={"unfitting": tuple(found.unfitting)})
    if not found.words:
        return
    noise = sound(words, seconds, seed)
    kept = find_silence(noise, RATE, transcript, silence, cuts=cuts, written=written_ranges(found.changes))
    assert not any(is_written(word, edits) for word in kept.dropped_words)
    spec = plan(transcript, kept, preset, seconds)
    cues = sorted((*spec.captions.cues, *spec.captions.hidden), key=lambda cue: cue.start)
    assert [letters(word.text) for cue in cues for word in cue.words] == [
        letters(word.text) for word in found.words if not word.hidden and word not in kept.dropped_words
    ], "corrected words are in the captions, hidden and cut ones are not"
    said = [span for track in spec.audio.tracks if track.role == "original" for span in source_spans(track)]
    for cut in found.cuts:
        # Cuts are made between frames.
        if cut.end - cut.start <= 2 * FRAME:
            continue
        assert not any(start + FRAME < cut.end and cut.start < end - FRAME for start, end in said), cut
    assert bool(found.unfitting) == any(note.code == "edits_unfitting" for note in spec.notes)


def is_written(word: Word, edits: Sequence[TranscriptEdit]) -> bool:
    """Whether a person wrote the word."""
    return any(word.text in edit.new and edit.start - 0.5 < word.start < edit.end + 0.5 for edit in edits)


def letters(text: str) -> str:
    return "".join(re.findall(r"\w", text)).casefold()


def source_spans(track: AudioTrack) -> Iterator[tuple[float, float]]:
    """The parts of the source that are heard, in seconds."""
    for clip in track.clips:
        start = clip.source_start / SAMPLE_RATE
        yield start, start + clip.samples / SAMPLE_RATE


def sound(words: Sequence[Word], seconds: float, seed: int) -> NDArray[np.int16]:
    """Noise where words are, some of them spoken softly, and much quieter noise between them."""
    draw = np.random.default_rng(seed)
    level = np.full(round(seconds * RATE), 12.0)
    for word in words:
        level[round(word.start * RATE) : round(word.end * RATE)] = draw.choice([4000.0, 1500.0, 60.0])
    return (draw.normal(size=len(level)) * level).clip(-32000, 32000).astype(np.int16)


def plan(transcript: CorrectedTranscript, kept: SilenceSegments, preset: str, seconds: float) -> RenderSpec:
    talk = replace(footage(seconds), silence=kept, transcript=transcript)
    return planned([talk], archetype="footage", preset=preset, max_seconds=180)
