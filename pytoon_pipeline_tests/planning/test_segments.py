"""How a video is divided into segments."""

from hypothesis import given
from hypothesis import strategies as st

from pytoon_pipeline.contracts.spec.render_spec import Transition
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.planning.segments import plan_segments
from pytoon_pipeline_tests.harness.plans import RATE, footage, plan, scene, words_at


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


def test_a_transition_is_a_segment_of_its_own() -> None:
    fading = scene(100, 90).model_copy(update={"transition": Transition(kind="crossfade", frames=10)})
    segments = plan_segments(190, [scene(100), fading], (), RATE)
    assert [(s.kind, s.start, s.frames) for s in segments] == [("body", 0, 90), ("seam", 90, 10), ("body", 100, 90)]


def test_changing_a_caption_moves_no_segment() -> None:
    words = words_at(*((n * 0.5, n * 0.5 + 0.4) for n in range(30)))
    other = tuple(w.model_copy(update={"text": "another"}) if n == 12 else w for n, w in enumerate(words))
    before, after = plan(footage(words=words)), plan(footage(words=other))
    assert before.segments == after.segments
