"""Text layers as images: the whole text at rest, and its units on their way in and out."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pytoon_pipeline.contracts.spec.text_animation import Pose, TextAnimation, TextMove, TextPhase, pose_at
from pytoon_pipeline.media.word_layout import is_right_to_left
from pytoon_pipeline.rendering.sprites import clipped, combined, moved, revealed, soft
from pytoon_pipeline.rendering.text_units import TextSheet, Unit
from pytoon_pipeline.rendering.yuva import Sprite, YuvaImage

# The soft edge of what is being revealed, in em.
REVEAL_EDGE = 0.2
# A clipped unit is seen from so far above its letters to so far below them, in em.
CLIP_ABOVE, CLIP_BELOW = 0.3, 0.12
# Blurs below so many pixels are not visible.
MIN_BLUR = 0.5


def text_image(sheet: TextSheet, animation: TextAnimation | None, phase: TextPhase) -> YuvaImage:
    """The text at a phase of its animation. Its ``box`` is the text box; the rest overhangs it."""
    move = None
    if animation is not None and phase.move != "rest":
        move = animation.enter if phase.move == "enter" else animation.exit
    if move is None and phase.marked >= 1:
        return _in_box(sheet, sheet.at_rest)
    sprites = list(_moving(sheet, move, phase) if move else _resting(sheet))
    if phase.marked < 1:
        edge = REVEAL_EDGE * sheet.type_.em
        sprites += [revealed(one, phase.marked, edge) for one in sheet.marked if phase.marked > 0]
    return _in_box(sheet, combined(sprites))


def _in_box(sheet: TextSheet, sprite: Sprite) -> YuvaImage:
    left, top, right, bottom = sheet.box
    return replace(sprite.image, box=(left - sprite.left, top - sprite.top, right - left, bottom - top))


def _resting(sheet: TextSheet) -> Iterator[Sprite]:
    """The text whose marks are not all drawn yet."""
    yield from sheet.backgrounds
    yield from (unit.sprite for unit in sheet.units("line", marks=False))


def _moving(sheet: TextSheet, move: TextMove, phase: TextPhase) -> Iterator[Sprite]:
    units = sheet.units(move.unit, marks=phase.marked >= 1)
    poses = [pose_at(move, phase, n, len(units)) for n in range(len(units))]
    if not sheet.carries_background(move.unit):
        yield from _backgrounds(sheet, units, poses)
    for unit, pose in zip(units, poses, strict=True):
        sprite = _posed(sheet, unit, pose, move.clip)
        if sprite is not None:
            yield sprite


def _backgrounds(sheet: TextSheet, units: Sequence[Unit], poses: Sequence[Pose]) -> Iterator[Sprite]:
    """Boxes behind units that move on their own: each is as opaque as the most visible unit on it."""
    boxes = sheet.backgrounds
    for line, box in enumerate(boxes):
        on_it = [pose for unit, pose in zip(units, poses, strict=True) if len(boxes) == 1 or unit.line == line]
        visible = max((pose.opacity if pose.reveal > 0 else 0.0 for pose in on_it), default=0.0)
        middle = (box.left + box.image.size[0] / 2, box.top + box.image.size[1] / 2)
        if shown := moved(box, middle, 0, 0, (1, 1), 0, visible):
            yield shown


def _posed(sheet: TextSheet, unit: Unit, pose: Pose, clip: bool) -> Sprite | None:
    """A unit in its pose; None where nothing of it is visible."""
    em, area = sheet.type_.em, unit.area
    if pose.opacity <= 0 or pose.reveal <= 0:
        return None
    sprite = unit.sprite
    if pose.reveal < 1:
        sprite = revealed(sprite, pose.reveal, REVEAL_EDGE * em, is_right_to_left(sheet.lines[unit.line]))
    if pose.blur * em > MIN_BLUR:
        sprite = soft(sprite, pose.blur * em)
    pivot = ((area.left + area.right) / 2, (area.top + area.bottom) / 2)
    across = pose.x * em + unit.rank * pose.tracking * em
    scale = (pose.scale, pose.scale * pose.scale_y)
    placed = moved(sprite, pivot, across, pose.y * em, scale, pose.rotation, pose.opacity)
    if placed is None or not clip:
        return placed
    return clipped(placed, area.top - CLIP_ABOVE * em, area.bottom + CLIP_BELOW * em)
