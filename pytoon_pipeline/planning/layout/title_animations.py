"""The named animations of titles, and what each means for one text of a video."""

from dataclasses import dataclass

from pytoon_pipeline.contracts.preset import AnimationIn
from pytoon_pipeline.contracts.spec.easing import Back, EaseIn, EaseOut, Easing, Hold, Linear
from pytoon_pipeline.contracts.spec.layers import Layer, TextLayer
from pytoon_pipeline.contracts.spec.text_animation import MarkMove, Pose, TextAnimation, TextMove, TextUnit
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.media.word_layout import clusters, units_of

# The units of a text come in within so many seconds, and a text leaves within so many.
MAX_ENTER_SECONDS, EXIT_SECONDS = 0.9, 0.15
# What moves in can be seen after so many seconds: between two pages the screen is hardly ever without text.
MAX_FADE_SECONDS = 0.1
# The seconds that the marks of key words take.
MARK_SECONDS = 0.35
# An entrance takes at most this share of the time that a text is shown.
MAX_SHARE = 0.4
# How far a text may be from rest in its first frame when it must be readable there.
MAX_OFFSET, BOXED_OFFSET, MIN_SCALE, MAX_SCALE, MAX_ROTATION = 0.24, 0.07, 0.88, 1.1, 6.0


EASE_OUT = EaseOut()
# Where a text goes when it leaves.
AWAY = Pose(y=-0.25, opacity=0)


@dataclass(frozen=True)
class TitleAnimation:
    """An animation before it meets a text: units come from ``pose``, each within ``seconds``, ``stagger`` seconds
    after the one before. They leave to ``away``.
    """

    unit: TextUnit
    pose: Pose
    seconds: float
    stagger: float = 0.0
    easing: Easing = EASE_OUT
    fade: float = 0.5
    clip: bool = False
    away: Pose = AWAY
    away_unit: TextUnit = "whole"


ANIMATIONS: dict[AnimationIn, TitleAnimation] = {
    "fade": TitleAnimation("whole", Pose(opacity=0), 0.35, easing=Linear(), fade=1, away=Pose(opacity=0)),
    "rise": TitleAnimation("line", Pose(y=0.55, opacity=0), 0.45, 0.08, Back(overshoot=0.06)),
    "pop": TitleAnimation(
        "whole", Pose(scale=0.6, opacity=0), 0.4, easing=Back(overshoot=0.18), fade=0.3, away=Pose(scale=0.8, opacity=0)
    ),
    "words_up": TitleAnimation(
        "word", Pose(y=1.3), 0.45, 0.06, Back(overshoot=0.04), clip=True, away=Pose(y=-1.3), away_unit="line"
    ),
    "words_pop": TitleAnimation(
        "word", Pose(scale=0.4, y=0.15, opacity=0), 0.32, 0.07, Back(overshoot=0.09), 0.3,
        away=Pose(scale=0.85, opacity=0),
    ),
    "typewriter": TitleAnimation("letter", Pose(opacity=0), 0.03, 0.035, Hold(), 1, away=Pose(opacity=0)),
    "slam": TitleAnimation(
        "line", Pose(scale=1.9, opacity=0, blur=0.05), 0.3, 0.12, Back(overshoot=0.06), 0.35,
        away=Pose(scale=1.15, opacity=0),
    ),
    "wipe": TitleAnimation("line", Pose(x=-0.12, reveal=0), 0.45, 0.1, away=Pose(x=0.12, opacity=0)),
    "tilt": TitleAnimation(
        "word", Pose(y=0.45, rotation=14, scale=0.8, opacity=0), 0.4, 0.06, Back(overshoot=0.09), 0.35
    ),
    "flip": TitleAnimation(
        "line", Pose(scale_y=0, opacity=0), 0.42, 0.1, Back(overshoot=0.1), 0.25, away=Pose(scale_y=0), away_unit="line"
    ),
    "tracking_in": TitleAnimation(
        "letter", Pose(tracking=0.3, opacity=0), 0.6, fade=0.7, away=Pose(opacity=0, scale=1.04)
    ),
    "drop": TitleAnimation("letter", Pose(y=-0.7, opacity=0), 0.34, 0.024, Back(overshoot=0.14), 0.4),
    "blur_in": TitleAnimation(
        "word", Pose(blur=0.2, opacity=0, scale=1.08), 0.45, 0.08, fade=0.9, away=Pose(blur=0.1, opacity=0)
    ),
}  # fmt: skip


def text_animation(
    name: AnimationIn,
    lines: tuple[str, ...],
    frames: int,
    rate: FrameRate,
    *,
    mark: str | None,
    readable_at_once: bool,
    boxed: bool = False,
    mirrored: bool = False,
) -> TextAnimation | None:
    """The animation ``name`` of a text that is shown for ``frames``; none where that is too short for one.

    ``mark`` is how key words are marked, if any are: a stroke is drawn after the entrance, a box comes with its word.
    ``readable_at_once``: the first frame shows the whole text. ``mirrored``: it is read from the right, so what moves
    sideways comes from there.
    """
    style = ANIMATIONS.get(name)
    leaving = min(rate.nearest(EXIT_SECONDS), frames // 3)
    longest = int(min(MAX_ENTER_SECONDS * rate.fraction, frames * MAX_SHARE))
    if style is None or leaving < 1 or longest < 2:
        return None
    pose = readable(style.pose, style.unit, boxed) if readable_at_once else style.pose
    pose, gone = (_mirrored(one) if mirrored else one for one in (pose, style.away))
    unit_frames = min(max(1, rate.nearest(style.seconds)), longest)
    gaps = unit_count(lines, style.unit) - 1
    entering = min(longest, unit_frames + round(gaps * style.stagger * rate.fraction))
    easing = EaseOut() if readable_at_once and isinstance(style.easing, Hold) else style.easing
    moves = style.pose != Pose(opacity=0)
    enter = TextMove(
        unit="whole" if pose == SETTLE else style.unit,
        pose=pose,
        frames=entering,
        unit_frames=entering if pose == SETTLE else unit_frames,
        easing=easing,
        fade=min(style.fade, MAX_FADE_SECONDS / style.seconds) if moves else style.fade,
        clip=style.clip and not readable_at_once,
    )
    away = TextMove(
        unit=style.away_unit, pose=gone, frames=leaving, unit_frames=leaving, easing=EaseIn(), fade=1,
        clip=style.clip,
    )  # fmt: skip
    # Letters come in without the box behind their word.
    drawn = mark in ("marker", "underline") or (mark == "box" and style.unit == "letter")
    stroke = MarkMove(start=entering, frames=max(1, min(rate.nearest(MARK_SECONDS), longest))) if drawn else None
    return TextAnimation(enter=enter, exit=away, mark=stroke)


def staying(layer: Layer, end: int) -> Layer:
    """A text that lasts to frame ``end`` of the video, counted as its layer is, stays to its last frame."""
    if not isinstance(layer, TextLayer) or layer.animation is None or layer.start + (layer.frames or end) < end:
        return layer
    return layer.model_copy(update={"animation": layer.animation.model_copy(update={"exit": None})})


# From where a text settles whose animation would leave nothing to read at its beginning.
SETTLE = Pose(scale=1.08)


def readable(pose: Pose, unit: TextUnit, boxed: bool) -> Pose:
    """The pose brought so near to rest that the text can be read in it.

    Larger words would touch each other, and parts of a text that is ``boxed`` would leave their box.
    """
    max_scale = MAX_SCALE if unit == "whole" or (unit == "line" and not boxed) else 1.0
    reach = MAX_OFFSET if unit == "whole" or not boxed else BOXED_OFFSET
    near = Pose(
        x=_within(pose.x, -reach, reach),
        y=_within(pose.y, -reach, reach),
        scale=_within(pose.scale, MIN_SCALE, max_scale),
        rotation=_within(pose.rotation, -MAX_ROTATION, MAX_ROTATION),
        tracking=min(pose.tracking, 0.06),
    )
    return SETTLE if near == Pose() or near == Pose(x=near.x) else near


def _mirrored(pose: Pose) -> Pose:
    return pose.model_copy(update={"x": -pose.x, "rotation": -pose.rotation})


def unit_count(lines: tuple[str, ...], unit: TextUnit) -> int:
    """The number of units in ``lines``."""
    if unit == "whole":
        return 1
    if unit == "line":
        return len(lines)
    words = [word for line in lines for word in units_of(line)]
    return len(words) if unit == "word" else sum(len(clusters(word)) for word in words)


def _within(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)
