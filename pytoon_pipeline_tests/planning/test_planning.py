"""Plans: what stays, where the camera looks, which captions are shown, how the video is cut into segments."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytoon_pipeline.contracts.analysis import Face, FocalPoint, Word
from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline.contracts.preset import CameraSettings, CaptionStyle, ZoomPulseSettings
from pytoon_pipeline.contracts.spec.evaluate import crop_at, zoom_at
from pytoon_pipeline.contracts.spec.layers import CropKeyframe, CropPath, ZoomPulse
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec, Transition
from pytoon_pipeline.contracts.time import FrameRate, TimeRange
from pytoon_pipeline.planning.captions.cues import plan_cues
from pytoon_pipeline.planning.context import AnalysedMedia
from pytoon_pipeline.planning.segments import plan_segments
from pytoon_pipeline.planning.shots.camera import SourceFrame, dead_zone_path, plan_shot
from pytoon_pipeline.planning.shots.edit_ranges import SourceRange, output_rate, plan_edit_ranges, source_to_timeline
from pytoon_pipeline_tests.harness.plans import RATE, WHOLE, footage, footage_layer, planned, scene, stream

ASPECT = 9 / 16


def words_at(*times: tuple[float, float], text: str = "word") -> tuple[Word, ...]:
    return tuple(Word(text=f"{text}{n}", start=a, end=b, confidence=1) for n, (a, b) in enumerate(times))


def face(time: float, x: float, y: float = 0.4, size: float = 0.1) -> Face:
    return Face(time=time, box=Box(x=x - size / 2, y=y - size / 2, width=size, height=size), score=0.9)


def plan(source: AnalysedMedia, **request: object) -> RenderSpec:
    return planned([source], archetype="footage", preset="clean-talk", **request)


@pytest.mark.parametrize(
    ("rate", "expected"),
    [((30, 1), "30/1"), ((30000, 1001), "30000/1001"), ((60, 1), "30/1"), ((50, 1), "25/1"), ((24, 1), "24/1"),
     ((24000, 1001), "24000/1001"), ((120, 1), "30/1"), ((15, 1), "30/1"), ((1, 1), "30/1"), ((1000, 41), "30/1")],
)  # fmt: skip
def test_the_rate_of_a_video_is_one_that_phones_expect(rate: tuple[int, int], expected: str) -> None:
    video = stream(average_rate=FrameRate(numerator=rate[0], denominator=rate[1]))
    assert str(output_rate(video)) == expected


spans = st.lists(st.tuples(st.floats(0, 100), st.floats(0.05, 30)), min_size=1, max_size=15)


def merged(pairs: list[tuple[float, float]]) -> list[TimeRange]:
    from pytoon_pipeline.analysis.speech.silence import merge

    return list(merge([(a, a + b) for a, b in pairs], 100))


@given(spans, st.lists(st.floats(0.1, 99), max_size=8), st.sampled_from([24, 25, 30]), st.integers(60, 1800))
def test_takes_are_ordered_within_limits_and_gapless(
    pairs: list[tuple[float, float]], cuts: list[float], rate: int, most: int
) -> None:
    takes, shortened = plan_edit_ranges(merged(pairs), sorted(cuts), (), 100, FrameRate(numerator=rate), most)
    position = 0
    for take in takes:
        assert take.start == position
        assert take.frames > 0
        assert take.source_end <= 100 * rate
        position = take.end
    assert position <= most
    assert all(a.source_end <= b.source_start for a, b in itertools.pairwise(takes))
    assert shortened or position == sum(take.frames for take in takes)


def test_a_take_does_not_flash_the_next_scene() -> None:
    takes, _ = plan_edit_ranges([TimeRange(start=1, end=4)], [1.1, 3.9], (), 10, RATE, 1800)
    assert [(take.source_start, take.source_end) for take in takes] == [(33, 117)]


def test_a_shortened_video_ends_after_a_word() -> None:
    source = footage(200, ((0.0, 200.0),), words=words_at((57.0, 58.0), (59.5, 61.0)))
    spec = plan(source)
    assert spec.frames == round(58.2 * 30)
    assert next(note.code for note in spec.notes) == "shortened"
    assert plan(source, max_seconds=10).frames == 300


def test_frames_and_samples_stay_together_after_many_cuts() -> None:
    """Sound positions come from frame positions, so rounding never adds up, also at 29.97 frames a second."""
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
    assert len(spec.audio.tracks[0].clips) == 1, "sound runs on under a scene change"


@given(st.lists(st.floats(0.2, 0.8), min_size=2, max_size=80), st.floats(0.01, 0.2))
def test_the_window_stays_within_reach_and_moves_least(aim: list[float], reach: float) -> None:
    target = np.array(aim)
    path = dead_zone_path(target, reach)
    assert np.all(np.abs(path - target) <= reach + 1e-9)
    if np.ptp(target) <= 2 * reach:
        assert np.ptp(path) < 1e-9, "what fits without moving is not moved"


def shot(faces: list[Face], seconds: float = 11.0, **changes: object) -> CropPath:
    frame = SourceFrame(1280, 720, WHOLE)
    path = plan_shot(faces, (), 0, seconds, frame, CameraSettings(**changes), ASPECT)  # type: ignore[arg-type]
    return path.camera(0, round(seconds * 30), RATE, 6.0)


def moving_face(time: float) -> float:
    return 0.5 + 300 / 1280 * float(np.sin(2 * np.pi * time / 11))


def test_a_moving_face_stays_in_the_window() -> None:
    times = np.arange(0, 11, 0.2).tolist()
    camera = shot([face(t, moving_face(t)) for t in times])
    for frame in range(330):
        window, x = crop_at(camera, frame, frame), moving_face(frame / 30)
        assert window.x <= x - 0.05
        assert x + 0.05 <= window.x + window.width
        assert window.x >= -1e-9
        assert window.x + window.width <= 1 + 1e-9


def test_the_path_neither_jumps_nor_shivers() -> None:
    noise = np.random.default_rng(0).normal(0, 0.004, 55)
    camera = shot(
        [face(0.2 * n, moving_face(0.2 * n) + noise[n]) for n in range(55)], zoom_pulse=ZoomPulseSettings(amount=1.0)
    )
    x = np.array([crop_at(camera, frame, frame).x for frame in range(330)]) * 1080 / camera.width
    assert np.abs(np.diff(x, 2)).max() < 1.0, "output pixels a frame a frame"


def test_a_face_that_hardly_moves_is_held() -> None:
    wobble = np.random.default_rng(1).normal(0, 0.004, 50)
    camera = shot([face(0.2 * n, 0.4 + wobble[n]) for n in range(50)], zoom_pulse=ZoomPulseSettings(amount=1.0))
    assert len({(key.x, key.y) for key in camera.keyframes}) == 1


def test_a_single_sighting_moves_nothing() -> None:
    lonely = [face(3.0, 0.9)]
    points = (FocalPoint(time=1, box=Box(x=0.2, y=0.4, width=0.1, height=0.1), weight=1),)
    path = plan_shot(lonely, points, 0, 10, SourceFrame(1280, 720, WHOLE), CameraSettings(), ASPECT)
    assert path.x[0] == pytest.approx(0.25)


def test_the_larger_of_two_faces_is_followed() -> None:
    faces = [face(0.2 * n, 0.3, size=0.05) for n in range(30)] + [face(0.2 * n, 0.7, size=0.15) for n in range(30)]
    camera = shot(faces, 6.0)
    assert camera.keyframes[0].x == pytest.approx(0.7, abs=0.03)


def test_the_zoom_leaves_what_matters_whole() -> None:
    wide = FocalPoint(time=1, box=Box(x=0.4, y=0.4, width=0.285, height=0.1), weight=1)
    path = plan_shot(
        (),
        (wide,),
        0,
        10,
        SourceFrame(1280, 720, WHOLE),
        CameraSettings(zoom_pulse=ZoomPulseSettings(amount=1.3)),
        ASPECT,
    )
    assert 1 < path.zoom < 1.05


@pytest.mark.parametrize(
    ("width", "height"), [(1280, 720), (720, 1280), (1080, 1080), (640, 1600), (1080, 1920), (4000, 300)]
)
def test_the_window_is_the_largest_of_its_shape(width: int, height: int) -> None:
    w, h = SourceFrame(width, height, WHOLE).window(ASPECT)
    assert (w * width) / (h * height) == pytest.approx(ASPECT)
    assert max(w, h) == pytest.approx(1)


def test_breathing_is_a_sine_of_its_period() -> None:
    breathing = ZoomPulse(amount=1.1, period=180)
    assert [zoom_at(breathing, frame) for frame in (0, 45, 90, 180)] == pytest.approx([1, 1.05, 1.1, 1])


@given(
    st.lists(st.tuples(st.integers(1, 30), st.floats(0.3, 0.7)), min_size=1, max_size=10),
    st.integers(0, 400),
    st.floats(1, 1.5),
)
def test_windows_stay_between_their_keys(steps: list[tuple[int, float]], frame: int, zoom: float) -> None:
    keys, at = [], 0
    for step, x in steps:
        keys.append(CropKeyframe(frame=at, x=x, y=0.5, focus_x=x, focus_y=0.5))
        at += step
    camera = CropPath(width=0.3, height=1.0, keyframes=tuple(keys), zoom_pulse=ZoomPulse(amount=zoom, period=180))
    window = crop_at(camera, frame, frame)
    centre = window.x + window.width / 2
    assert min(key.x for key in keys) - 1e-9 <= centre <= max(key.x for key in keys) + 1e-9
    assert window.width == pytest.approx(0.3 / zoom_at(camera.zoom_pulse, frame))


takes_of_all = [SourceRange(0, 0, 900)]
timed_words = st.lists(
    st.tuples(st.floats(0, 28), st.floats(0.05, 1.5), st.text("abcdefgh.!", min_size=1, max_size=12)), max_size=40
)


@given(timed_words, st.integers(1, 5), st.integers(8, 30))
def test_captions_show_every_word_once_in_order(raw: list, most: int, characters: int) -> None:
    style = CaptionStyle(max_words=most, max_chars=characters)
    words, end = [], 0.0
    for start, length, text in sorted(raw):
        words.append(Word(text=text, start=max(start, end), end=max(start, end) + length, confidence=1))
        end = words[-1].end
    shown = [
        w
        for w in words
        if source_to_timeline(takes_of_all, (RATE.nearest(w.start) + RATE.nearest(w.end)) // 2) is not None
    ]
    cues = plan_cues(words, takes_of_all, RATE, style)
    assert [w.text for cue in cues for w in cue.words] == [w.text for w in shown][: sum(len(c.words) for c in cues)]
    assert sum(len(cue.words) for cue in cues) >= len(shown) - 1
    for cue in cues:
        assert len(cue.words) <= most
        assert len(cue.words) == 1 or len(cue.text) <= characters
        assert cue.start <= cue.words[0].start
        assert cue.words[-1].end <= max(cue.end, cue.words[-1].start + 1)
    for a, b in itertools.pairwise(cues):
        assert a.end <= b.start


def test_captions_follow_the_cuts() -> None:
    takes = [SourceRange(0, 30, 60), SourceRange(60, 300, 60)]
    cues = plan_cues(words_at((1.5, 2.0), (5.0, 5.5), (10.5, 11.0)), takes, RATE, CaptionStyle())
    assert [(cue.text, cue.start) for cue in cues] == [("word0", 15), ("word2", 75)]


def test_words_on_both_sides_of_a_cut_are_not_joined() -> None:
    takes = [SourceRange(0, 0, 30), SourceRange(30, 300, 60)]
    cues = plan_cues(words_at((0.5, 0.95), (10.05, 10.4), (10.4, 10.8)), takes, RATE, CaptionStyle())
    assert [cue.text for cue in cues] == ["word0", "word1 word2"]


def test_sentences_are_not_joined() -> None:
    spoken = [("Yes.", 0.0), ("And", 0.3), ("then", 0.6)]
    words = [Word(text=text, start=at, end=at + 0.3, confidence=1) for text, at in spoken]
    cues = plan_cues(words, takes_of_all, RATE, CaptionStyle())
    assert [cue.text for cue in cues] == ["Yes.", "And then"]


@given(st.integers(1, 1800), st.lists(st.integers(1, 1800), max_size=30), st.sampled_from([24, 25, 30]))
def test_segments_cover_the_video(frames: int, marks: list[int], rate: int) -> None:
    starts = sorted({0, *(mark for mark in marks if mark < frames)})
    scenes = [scene(b - a, a) for a, b in zip(starts, [*starts[1:], frames], strict=True)]
    segments = plan_segments(frames, scenes, (), FrameRate(numerator=rate))
    position = 0
    for segment in segments:
        assert segment.start == position
        position += segment.frames
    assert position == frames
    if frames > 3 * rate:
        assert all(1.5 * rate <= segment.frames <= 3 * rate for segment in segments)


def test_a_seam_is_a_segment_of_its_own() -> None:
    fading = scene(100, 90).model_copy(update={"transition": Transition(kind="crossfade", frames=10)})
    segments = plan_segments(190, [scene(100), fading], (), RATE)
    assert [(s.kind, s.start, s.frames) for s in segments] == [("body", 0, 90), ("seam", 90, 10), ("body", 100, 90)]


def test_changing_a_caption_moves_no_segment() -> None:
    words = words_at(*((n * 0.5, n * 0.5 + 0.4) for n in range(30)))
    other = tuple(w.model_copy(update={"text": "another"}) if n == 12 else w for n, w in enumerate(words))
    before, after = plan(footage(words=words)), plan(footage(words=other))
    assert before.segments == after.segments


def test_a_spec_survives_being_written() -> None:
    spec = plan(footage(words=words_at((1, 1.5)), faces=tuple(face(0.2 * n, 0.5) for n in range(100))))
    assert RenderSpec.model_validate_json(spec.model_dump_json()) == spec


def test_a_source_without_sound_or_words_or_face_is_noted() -> None:
    codes = {note.code for note in plan(footage(sound=False)).notes}
    assert codes == {"no_sound", "no_face"}
    assert "no_words" in {note.code for note in plan(footage()).notes}
    assert plan(footage(sound=False)).audio.tracks == ()
