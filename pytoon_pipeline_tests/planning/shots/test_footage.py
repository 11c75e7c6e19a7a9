"""Plans of talking footage: scenes, sound, notes."""

from dataclasses import replace
from fractions import Fraction

from pytoon_pipeline.contracts.analysis import CorrectedTranscript, Cut
from pytoon_pipeline.contracts.time import FrameRate, TimeRange
from pytoon_pipeline_tests.harness.plans import (
    footage,
    footage_layer,
    plan,
    stream,
    words_at,
)


def test_a_shortened_video_ends_after_a_word() -> None:
    source = footage(200, ((0.0, 200.0),), words=words_at((57.0, 58.0), (59.5, 61.0)))
    spec = plan(source)
    assert spec.frames == round(58.2 * 30)
    note = next(iter(spec.notes))
    assert (note.code, note.message.partition(": ")[2]) == ("shortened", "--set media.item-0.start=60")
    assert "(--set max_seconds=180 allows more)" in note.message
    assert plan(source, max_seconds=10).frames == 300


def test_a_long_talk_becomes_one_long_video_where_the_platform_takes_it() -> None:
    source = footage(700, ((0.0, 700.0),), words=words_at((57.0, 58.0), (598.0, 599.0)))
    longest = plan(source, max_seconds=600, platform="youtube")
    assert longest.frames == round(599.2 * 30)
    note = next(iter(longest.notes))
    assert note.code == "shortened"
    assert "max_seconds" not in note.message


def test_frames_and_samples_stay_together_after_many_cuts() -> None:
    """Sound positions come from frame positions, so rounding does not accumulate, also at 29.97 frames per second."""
    rate = FrameRate(numerator=30000, denominator=1001)
    speech = tuple((n * 0.9, n * 0.9 + 0.533) for n in range(60))
    spec = plan(footage(60, speech, video=stream(average_rate=rate)))
    sample = frame = 0
    takes = [(footage_layer(one).source_start, one.frames) for one in spec.scenes]
    parts = spec.audio.tracks[0].clips
    assert len(parts) == len(takes) > 50
    for clip, (source_start, frames) in zip(parts, takes, strict=True):
        assert clip.start == sample
        assert abs(sample - Fraction(frame) / rate.fraction * 48000) <= 0.5
        assert abs(clip.source_start - Fraction(source_start) / rate.fraction * 48000) <= 0.5
        sample, frame = sample + clip.samples, frame + frames
    assert spec.audio.samples == sample


def test_clips_end_at_scene_changes() -> None:
    spec = plan(footage(cuts=(7.0,)))
    assert [(one.start, footage_layer(one).source_start) for one in spec.scenes] == [(0, 0), (210, 210)]
    assert len(spec.audio.tracks[0].clips) == 1, "sound continues over a scene change"


def test_a_source_without_sound_or_words_or_face_is_noted() -> None:
    codes = {note.code for note in plan(footage(sound=False)).notes}
    assert codes == {"no_sound", "no_face"}
    assert "no_words" in {note.code for note in plan(footage()).notes}
    assert plan(footage(sound=False)).audio.tracks == ()


def test_a_talk_goes_on_in_the_silence_after_its_last_word() -> None:
    source = footage(speech=((0.0, 5.0),))
    assert source.silence is not None
    quiet = source.silence.model_copy(update={"silences": (TimeRange(start=4.8, end=20.0),)})
    assert plan(replace(source, silence=quiet)).frames == 6 * 30
    spoken_on = source.silence.model_copy(update={"silences": (TimeRange(start=4.8, end=5.4),)})
    assert plan(replace(source, silence=spoken_on)).frames == round(5.4 * 30)
    cut = Cut(start=5.2, end=6.0, text="bye", reason="edited by a person")
    softly_said = CorrectedTranscript(words=(), language="en", transcriber=None, cuts=(cut,))
    assert plan(replace(source, silence=quiet, transcript=softly_said)).frames == round(5.2 * 30)
    assert plan(source).frames == 5 * 30
