"""The floor below texts without media: a disc in the accent colour that rises and sinks while a text stays."""

from math import ceil

from pytoon_pipeline.contracts.colours import Colour
from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.output_format import Canvas
from pytoon_pipeline.contracts.spec.easing import EaseInOut
from pytoon_pipeline.contracts.spec.layers import Keyframe, Layer, ShapeLayer, Transform
from pytoon_pipeline.contracts.style import Fill

# The disc's width in widths of the frame, as that of the floor under products; its distance from the area of texts in
# pixels; and how far it sinks and leans, as shares of the frame's height and width.
WIDTH, DISTANCE, SINK, LEAN = 2.4, 36, 0.075, 0.3
# Frames without so much height below the area of texts have no floor, as a share of it.
MIN_ROOM = 0.12
# It moves at least every so many seconds, each time for so many.
SECONDS, MOVE_SECONDS = 1.5, 0.5


def text_floor(
    colour: Colour, area: Rect[int], frames: int, fps: float, canvas: Canvas, turn: int, *, hangs: bool = False
) -> tuple[Layer, ...]:
    """The floor below ``area`` for ``frames``; none where there is no room. ``turn`` is the side to which it leans
    first. Where it ``hangs``, all is upside down.
    """
    if canvas.height - area.bottom < MIN_ROOM * canvas.height:
        return ()
    diameter = 2 * round(WIDTH * canvas.width / 2)
    high = area.bottom + DISTANCE + diameter / 2
    places = [
        (canvas.centre[0] + side * LEAN * canvas.width, high + sunk * SINK * canvas.height)
        for side, sunk in ((-1, 1), (1, 0))
    ]
    if turn % 2:
        places = [(canvas.width - x, y) for x, y in places]
    if hangs:
        places = [(x, canvas.height - y) for x, y in places]
    moves = ceil(frames / fps / SECONDS) - 1
    x, y = ([Keyframe(value=round(value, 2))] for value in places[0])
    for n in range(1, moves + 1):
        start, end = (round(n * frames / (moves + 1) + seconds * fps) for seconds in (0, MOVE_SECONDS))
        for track, before, value in zip((x, y), places[(n - 1) % 2], places[n % 2], strict=True):
            track += [Keyframe(frame=start, value=round(before, 2)),
                      Keyframe(frame=end, value=round(value, 2), easing=EaseInOut())]  # fmt: skip
    return (
        ShapeLayer(
            name="floor",
            shape="ellipse",
            width=diameter,
            height=diameter,
            fill=Fill(colours=(colour,)),
            transform=Transform(x=tuple(x), y=tuple(y)),
        ),
    )
