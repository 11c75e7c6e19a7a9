"""Motions that a request asks for: where they start and end, at which pace, and what cannot have one."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytoon_pipeline.contracts.motion import Motion
from pytoon_pipeline.contracts.spec.evaluate import crop_at
from pytoon_pipeline.contracts.spec.layers import ImageLayer
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.planning.shots.requested_motion import along
from pytoon_pipeline_tests.harness.plans import footage, planned, still

ACROSS = {"start": [0, 0, 0.3, 1], "end": [0.7, 0, 0.3, 1]}


def picture(spec: RenderSpec) -> ImageLayer:
    return next(one for one in spec.scenes[0].layers if isinstance(one, ImageLayer) and one.name == "picture")


@st.composite
def parts(draw: st.DrawFn) -> tuple[float, float, float, float]:
    width, height = draw(st.floats(0.1, 1)), draw(st.floats(0.1, 1))
    return draw(st.floats(0, 1 - width)), draw(st.floats(0, 1 - height)), width, height


@given(parts(), parts(), st.sampled_from([9 / 16, 1, 16 / 9]), st.sampled_from(["even", "eased"]))
def test_windows_keep_their_shape_and_stay_in_the_picture(start: tuple, end: tuple, aspect: float, kind: str) -> None:
    material = still(1600, 1200)
    path = along(material, Motion.model_validate({"start": start, "end": end, "kind": kind}), aspect, 90)
    for frame in range(0, 90, 10):
        window = crop_at(path, frame, frame)
        assert window.width * 1600 / (window.height * 1200) == pytest.approx(aspect, rel=1e-3)
        assert min(window.x, window.y) >= -1e-4
        assert max(window.x + window.width, window.y + window.height) <= 1 + 1e-4


@given(parts())
def test_a_part_that_a_window_can_hold_is_seen(part: tuple[float, float, float, float]) -> None:
    material = still(1000, 1000)
    path = along(material, Motion(start=part, end=part), 1.0, 60)
    window = crop_at(path, 0, 0)
    x, y, width, height = part
    assert window.x <= x + 1e-4
    assert window.y <= y + 1e-4
    assert window.x + window.width >= x + width - 1e-4
    assert window.y + window.height >= y + height - 1e-4


def test_a_picture_moves_from_its_start_to_its_end_at_its_pace() -> None:
    centres = {}
    for kind in ("even", "eased"):
        spec = planned([still(1600, 900)], media_wishes=[{"file": "item-0", "motion": ACROSS | {"kind": kind}}])
        layer, frames = picture(spec), spec.scenes[0].frames
        assert (layer.width, layer.height) == (spec.width, spec.height)
        centres[kind] = [crop_at(layer.crop_path, n * (frames - 1) // 4, 0).centre[0] for n in range(5)]
    even, eased = centres["even"], centres["eased"]
    assert even[0] == pytest.approx(eased[0])
    assert even[-1] == pytest.approx(eased[-1])
    assert even[-1] - even[0] > 0.5
    steps = [b - a for a, b in pairwise(even)]
    assert max(steps) - min(steps) < 0.02, "at one speed"
    assert eased[1] - eased[0] < steps[0] < eased[2] - eased[1], "gently off"


@pytest.mark.parametrize(("word", "compare"), [("in", 1), ("out", -1), ("hold", 0)])
def test_a_word_is_a_motion_too(word: str, compare: int) -> None:
    spec = planned([still(900, 1600)], text="Hello", media_wishes=[{"file": "item-0", "motion": word}])
    path, last = picture(spec).crop_path, spec.scenes[0].frames - 1
    change = crop_at(path, 0, 0).width - crop_at(path, last, last).width
    assert change == pytest.approx(0) if compare == 0 else change * compare > 0


def test_products_move_where_they_stand_alone() -> None:
    wishes = [{"file": "item-0", "motion": ACROSS}]
    spec = planned([still(1600, 900)], media_wishes=wishes, archetype="overlay")
    assert picture(spec).crop_path.eased
    assert "motion_unused" not in [note.code for note in spec.notes]


def test_a_clip_and_a_cut_out_have_a_note_instead() -> None:
    wishes = [{"file": "item-0", "motion": "in"}, {"file": "item-1", "motion": ACROSS}]
    spec = planned([footage(10, item="c" * 64), still(transparent=True)], media_wishes=wishes, archetype="hero")
    (note,) = (note for note in spec.notes if note.code == "motion_unused")
    assert "“item-0” and “item-1”" in note.message
