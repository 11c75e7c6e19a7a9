"""The floor below texts without media."""

from itertools import pairwise

from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.output_format import CANVASES
from pytoon_pipeline.contracts.spec.evaluate import transform_at
from pytoon_pipeline.planning.layout.text_floor import text_floor

AREA = Rect(left=65, top=270, right=940, bottom=1440)


def test_the_floor_stays_below_the_texts_and_moves_at_least_every_two_seconds() -> None:
    (floor,) = text_floor("#FFCC00", AREA, 150, 30.0, CANVASES["9:16"], 0)
    moments = [transform_at(floor.transform, frame) for frame in range(150)]
    assert min(one.y for one in moments) - floor.height / 2 >= AREA.bottom + 20
    still = [n for n, (a, b) in enumerate(pairwise(moments)) if a == b]
    changes = [n for n in range(149) if n not in still]
    assert max(b - a for a, b in pairwise([0, *changes, 149])) <= 60


def test_a_floor_that_hangs_is_upside_down() -> None:
    canvas = CANVASES["9:16"]
    below, above = (text_floor("#FFCC00", AREA, 150, 30.0, canvas, 0, hangs=hangs)[0] for hangs in (False, True))
    assert [key.value for key in above.transform.y] == [canvas.height - key.value for key in below.transform.y]
    assert above.transform.x == below.transform.x


def test_a_frame_without_room_below_its_texts_has_no_floor() -> None:
    assert text_floor("#FFCC00", Rect(54, 54, 1026, 1026), 150, 30.0, CANVASES["1:1"], 0) == ()
