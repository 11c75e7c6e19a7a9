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
    if frames > rate:
        assert all(rate <= segment.frames <= 2 * rate for segment in segments)


def test_a_transition_is_a_segment_of_its_own() -> None:
    fading = scene(60, 50).model_copy(update={"transition": Transition(kind="crossfade", frames=10)})
    segments = plan_segments(110, [scene(60), fading], (), RATE)
    assert [(s.kind, s.start, s.frames) for s in segments] == [("body", 0, 50), ("seam", 50, 10), ("body", 60, 50)]


def test_a_body_ends_at_the_last_cut_or_text_in_reach() -> None:
    segments = plan_segments(160, [scene(100), scene(60, 100)], (35, 50, 95, 115), RATE)
    assert [s.start for s in segments] == [0, 50, 100]


def test_changing_a_caption_moves_no_segment() -> None:
    spoken = words_at(*((n * 0.5, n * 0.5 + 0.4) for n in range(30)))
    words = tuple(w.model_copy(update={"text": f"{w.text}."}) if n % 4 == 3 else w for n, w in enumerate(spoken))
    other = tuple(w.model_copy(update={"text": "another"}) if n == 12 else w for n, w in enumerate(words))
    before, after = plan(footage(words=words)), plan(footage(words=other))
    assert before.segments == after.segments
