"""Where the posters of a text alone stand in turn."""

import pytest

from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.output_format import CANVASES
from pytoon_pipeline.contracts.spec.layers import ShapeLayer, TextLayer
from pytoon_pipeline.contracts.spec.render_spec import Scene
from pytoon_pipeline.planning.layout.poster_regions import poster_region
from pytoon_pipeline_tests.harness.layout import area_of
from pytoon_pipeline_tests.harness.plans import planned

TALL = CANVASES["9:16"]
AREA, UPPER = Rect(65, 270, 940, 1440), Rect(65, 270, 1015, 800)


def test_posters_stand_high_in_the_middle_and_low_by_turns() -> None:
    high, middle, low = (poster_region(turn, AREA, UPPER, TALL) for turn in range(3))
    assert (high.area, middle.area) == (UPPER, AREA)
    assert low.area.top > AREA.top
    assert low.area.bottom == AREA.bottom
    assert (high.hangs, middle.hangs, low.hangs) == (False, False, True)
    assert poster_region(3, AREA, UPPER, TALL) == high


@pytest.mark.parametrize("turn", range(3))
def test_posters_of_other_frames_have_all_of_the_area(turn: int) -> None:
    area = Rect(54, 54, 1026, 1026)
    assert poster_region(turn, area, area, CANVASES["1:1"]).area == area


def words_of(scene: Scene) -> Rect[float]:
    lines = [area_of(layer) for layer in scene.layers if isinstance(layer, TextLayer)]
    return Rect(
        min(one.left for one in lines),
        min(one.top for one in lines),
        max(one.right for one in lines),
        max(one.bottom for one in lines),
    )


def stands_beside_its_disc(scene: Scene) -> bool:
    disc = next(layer for layer in scene.layers if isinstance(layer, ShapeLayer) and layer.name == "floor")
    words, half = words_of(scene), disc.height / 2
    return all(key.value - half >= words.bottom or key.value + half <= words.top for key in disc.transform.y)


def test_pages_of_a_video_differ_and_none_stands_on_its_disc() -> None:
    spec = planned([], text={"hook": "Did you know?", "beats": ["Bees can count to four."]})
    first, second, third, *_ = spec.scenes
    assert words_of(first).bottom <= 800
    assert words_of(first).width > 2 * (spec.constraints.safe_area.right - spec.width / 2)
    assert words_of(third).top > words_of(second).top
    assert all(map(stands_beside_its_disc, (first, second, third)))


def test_a_word_is_no_poster_and_its_disc_stays_below_it() -> None:
    for scene in planned([], text="Hello").scenes:
        assert stands_beside_its_disc(scene)


def test_sentences_of_a_long_text_begin_at_one_edge_and_stand_in_the_middle_and_low_by_turns() -> None:
    sentences = (
        "We opened this bakery eleven years ago. Today forty of us get up at three. Thank you for every breakfast."
    )
    first, second, third, *_ = planned([], text=sentences).scenes
    assert words_of(second).top > words_of(first).top
    assert words_of(third).left == words_of(first).left == words_of(second).left
