"""What the animation of a text means at a frame."""

from pytoon_pipeline.contracts.spec.easing import Back
from pytoon_pipeline.contracts.spec.text_animation import (
    AT_REST,
    MarkMove,
    Pose,
    TextAnimation,
    TextMove,
    TextPhase,
    phase_at,
    pose_at,
)

UP = TextMove(unit="word", pose=Pose(y=1, opacity=0, scale=0.5), frames=20, unit_frames=10, easing=Back(overshoot=0.1))
OUT = TextMove(pose=Pose(y=-1, opacity=0), frames=5, unit_frames=5)


def test_units_start_one_after_the_other_and_overshoot() -> None:
    first, last = ([pose_at(UP, TextPhase("enter", age), n, 3) for age in range(21)] for n in (0, 2))
    assert (first[0].y, first[0].opacity, first[10].y, first[10].opacity) == (1, 0, 0, 1)
    assert [pose.y for pose in last[:11]] == [1] * 11
    assert last[20].y == 0
    assert max(pose.scale for pose in first) > 1.04
    assert all(0 <= pose.opacity <= 1 for pose in first)


def test_an_exit_ends_with_its_pose() -> None:
    poses = [pose_at(OUT, TextPhase("exit", age), 0, 1) for age in range(5)]
    assert (poses[-1].y, poses[-1].opacity) == (-1, 0)
    assert poses[0].opacity > poses[2].opacity


def test_phases_follow_the_layer() -> None:
    animation = TextAnimation(enter=UP, exit=OUT, mark=MarkMove(start=20, frames=10))
    assert phase_at(animation, 0, 60) == TextPhase("enter", 0, 0.0)
    assert phase_at(animation, 25, 60).move == "rest"
    assert 0 < phase_at(animation, 25, 60).marked < 1
    assert phase_at(animation, 30, 60) == AT_REST
    assert phase_at(animation, 55, 60) == TextPhase("exit", 0)
    assert phase_at(animation, 55, None) == AT_REST
    assert phase_at(None, 0, 60) == AT_REST
    assert animation.settled == 30
