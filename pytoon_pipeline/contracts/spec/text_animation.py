"""How a text comes in and leaves, unit by unit: what is in a plan, and what it means at a frame."""

from typing import Literal, NamedTuple

from pydantic import Field

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.spec.easing import EaseOut, Easing

TextUnit = Literal["letter", "word", "line", "whole"]


class Pose(Record):
    """How a unit of text differs from itself at rest. Lengths are in em of its font.

    ``scale_y`` is one more factor on the height. ``tracking`` is the space added between the characters of a line.
    ``reveal`` is the share of the unit that is shown, from where its script begins.
    """

    x: float = Field(default=0, ge=-20, le=20)
    y: float = Field(default=0, ge=-20, le=20)
    scale: float = Field(default=1, ge=0, le=4)
    scale_y: float = Field(default=1, ge=0, le=4)
    rotation: float = Field(default=0, ge=-180, le=180)
    opacity: float = Field(default=1, ge=0, le=1)
    blur: float = Field(default=0, ge=0, le=1)
    tracking: float = Field(default=0, ge=-0.5, le=2)
    reveal: float = Field(default=1, ge=0, le=1)


REST = Pose()


class TextMove(Record):
    """Units between ``pose`` and rest, one after the other within ``frames``, each for ``unit_frames``.

    Opacity changes within the share ``fade`` of a unit's time. ``clip`` shows a unit only inside its own line, so that
    it rises from behind an edge.
    """

    unit: TextUnit = "whole"
    pose: Pose
    frames: int = Field(gt=0)
    unit_frames: int = Field(gt=0)
    easing: Easing = EaseOut()
    fade: float = Field(default=0.5, gt=0, le=1)
    clip: bool = False


class MarkMove(Record):
    """The marks of emphasised words grow from their beginning to their end, from frame ``start`` of the layer on."""

    start: int = Field(ge=0)
    frames: int = Field(gt=0)
    easing: Easing = EaseOut()


class TextAnimation(Record):
    """Entrance, exit and marks of a text layer. The exit ends with the layer, which then has its ``frames``."""

    enter: TextMove | None = None
    exit: TextMove | None = None
    mark: MarkMove | None = None

    @property
    def settled(self) -> int:
        """The number of frames after which the text is at rest."""
        mark = self.mark.start + self.mark.frames if self.mark else 0
        return max(self.enter.frames if self.enter else 0, mark)


class TextPhase(NamedTuple):
    """What a text does at one frame: its move with the frames since it began, and the share of its marks."""

    move: Literal["enter", "exit", "rest"] = "rest"
    age: int = 0
    marked: float = 1.0


AT_REST = TextPhase()


def phase_at(animation: TextAnimation | None, age: int, frames: int | None) -> TextPhase:
    """The phase of a layer that lasts ``frames``, ``age`` frames after it began."""
    if animation is None:
        return AT_REST
    marked = 1.0
    if (mark := animation.mark) and age < mark.start + mark.frames:
        marked = round(mark.easing.at((age - mark.start) / mark.frames), 4) if age > mark.start else 0.0
    if (leaving := animation.exit) and frames is not None and age >= frames - leaving.frames:
        return TextPhase("exit", age - (frames - leaving.frames), marked)
    if animation.enter and age < animation.enter.frames:
        return TextPhase("enter", age, marked)
    return TextPhase(marked=marked)


def pose_at(move: TextMove, phase: TextPhase, index: int, count: int) -> Pose:
    """The pose of unit ``index`` of ``count``. An entrance begins with the move's pose, an exit ends with it."""
    stagger = (move.frames - move.unit_frames) / (count - 1) if count > 1 else 0.0
    leaving = phase.move == "exit"
    progress = (phase.age + leaving - index * stagger) / move.unit_frames
    progress = min(max(progress, 0.0), 1.0)
    away, faded = move.easing.at(progress), min(1.0, progress / move.fade)
    if not leaving:
        away, faded = 1 - away, 1 - faded
    return REST.model_copy(
        update={name: _between(name, getattr(move.pose, name), away) for name in Pose.model_fields if name != "opacity"}
        | {"opacity": 1 + (move.pose.opacity - 1) * faded}
    )


def _between(name: str, value: float, share: float) -> float:
    """The value of a property, ``share`` of the way from rest to ``value``; an overshoot goes beyond rest."""
    rest = getattr(REST, name)
    mixed = rest + (value - rest) * share
    if name == "reveal":
        return min(max(mixed, 0.0), 1.0)
    return max(mixed, 0.0) if name in ("scale", "scale_y", "blur") else mixed
