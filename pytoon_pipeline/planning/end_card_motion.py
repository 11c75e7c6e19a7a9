"""How the parts of an end card come in, one by one."""

from pytoon_pipeline.contracts.spec.easing import Back, EaseInOut, EaseOut
from pytoon_pipeline.contracts.spec.layers import Keyframe, Layer, constant
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.planning.end_card_parts import PULSE, CardPart

# The length of a card for which the times of its parts are given, how long each moves, fades in and pulses, and when
# the button pulses, in seconds.
TYPICAL_SECONDS = 1.8
MOVE_SECONDS, FADE_SECONDS, PULSE_SECONDS, PULSE_AT = 0.42, 0.12, 0.36, 1.15


def coming(part: CardPart, middle: float, frames: int, seconds: float, rate: FrameRate) -> Layer:
    """The layer of a part in its place, with its entrance; shorter cards move faster."""
    assert part.y is not None
    x, y = middle if part.x is None else part.x, part.y
    pace = min(1.0, seconds / TYPICAL_SECONDS)

    def frame(at: float) -> int:
        return min(frames - 1, rate.nearest(at * pace))

    start = frame(part.start)
    landed, seen = max(start + 1, frame(part.start + MOVE_SECONDS)), max(start + 1, frame(part.start + FADE_SECONDS))
    overshoot = Back(overshoot=0.1)
    values: dict[str, tuple[Keyframe, ...]] = {
        "opacity": (Keyframe(frame=start, value=0), Keyframe(frame=seen, value=1)) if start else constant(1),
        "x": constant(x),
        "y": constant(y),
    }
    if part.rise:
        easing = overshoot if part.pulse else EaseOut()
        below, there = round(y + part.rise, 2), round(y, 2)
        values["y"] = (Keyframe(frame=start, value=below), Keyframe(frame=landed, value=there, easing=easing))
    if part.scale != 1:
        values["scale"] = (
            Keyframe(frame=start, value=part.scale),
            Keyframe(frame=landed, value=1, easing=overshoot),
        )
    pulse, over = frame(PULSE_AT), frame(PULSE_AT + PULSE_SECONDS)
    if part.pulse and landed < pulse and over - pulse > 2:
        beat = ((pulse, 1.0), ((pulse + over) // 2, PULSE), (over, 1.0))
        values["scale"] = tuple(Keyframe(frame=at, value=value, easing=EaseInOut()) for at, value in beat)
    # Before its start a part cannot be seen: it needs no frames there.
    transform = part.layer.transform.model_copy(update=values)
    return part.layer.model_copy(update={"transform": transform, "start": start, "frames": frames - start})
