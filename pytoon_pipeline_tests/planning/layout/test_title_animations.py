"""Named animations of titles: each moves in its own way, and none hides the first text."""

from typing import get_args

import pytest

from pytoon_pipeline.contracts.preset import AnimationIn
from pytoon_pipeline.contracts.spec.text_animation import TextAnimation, TextPhase, phase_at, pose_at
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.planning.layout.title_animations import ANIMATIONS, text_animation, unit_count

RATE = FrameRate(numerator=30)
LINES = ("Coffee that", "wakes you up")


def animation(name: str, frames: int = 90, *, first: bool = False, marks: bool = False) -> TextAnimation:
    found = text_animation(name, LINES, frames, RATE, mark="marker" if marks else None, readable_at_once=first)
    assert found is not None
    return found


def test_every_name_has_an_animation_of_its_own() -> None:
    assert set(ANIMATIONS) == set(get_args(AnimationIn)) - {"none"}
    assert len({repr(one) for one in ANIMATIONS.values()}) == len(ANIMATIONS) >= 8


@pytest.mark.parametrize("name", ANIMATIONS)
def test_the_first_text_of_a_video_is_readable_in_its_first_frame(name: str) -> None:
    enter = animation(name, first=True).enter
    assert enter is not None
    count = unit_count(LINES, enter.unit)
    poses = [pose_at(enter, TextPhase("enter", 0), n, count) for n in range(count)]
    assert all((pose.opacity, pose.reveal, pose.blur, pose.scale_y) == (1, 1, 0, 1) for pose in poses)
    assert all(0.85 < pose.scale < 1.2 and abs(pose.y) < 0.3 for pose in poses)
    assert not enter.clip
    assert any(pose != poses[0].model_copy(update={"scale": 1, "x": 0, "y": 0, "rotation": 0}) or pose.tracking
               for pose in poses)  # fmt: skip


@pytest.mark.parametrize("name", ANIMATIONS)
def test_a_text_is_at_rest_between_entrance_and_exit(name: str) -> None:
    one = animation(name, marks=True)
    assert one.enter is not None
    assert one.exit is not None
    assert one.enter.frames <= 27
    assert 4 <= one.exit.frames <= 8
    phases = [phase_at(one, age, 90) for age in range(90)]
    assert [phase.move for phase in phases[one.settled : 90 - one.exit.frames]] == ["rest"] * (
        90 - one.settled - one.exit.frames
    )
    assert {phase.marked for phase in phases[one.settled :]} == {1.0}
    assert phases[-1].move == "exit"


def test_a_text_that_is_shown_very_shortly_is_still() -> None:
    assert text_animation("pop", LINES, 2, RATE, mark=None, readable_at_once=False) is None
