"""Text layers: drawn literally, in place, with contrast, in any script."""

from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from pytoon_pipeline.contracts.spec.layers import ImageLayer, TextLayer
from pytoon_pipeline.contracts.spec.render_spec import Scene, Segment
from pytoon_pipeline.contracts.spec.text_animation import MarkMove, Pose, TextAnimation, TextMove
from pytoon_pipeline.contracts.style import Emphasis, TextBackground, TextStyle
from pytoon_pipeline.media.colour import contrast, luminance
from pytoon_pipeline.rendering.segment_plan import plan_segment
from pytoon_pipeline.rendering.thumbnail import to_bgr
from pytoon_pipeline_tests.harness.drawing import ITEM, WHOLE, at, drawn, lit, picture, scenery, spec_of, text_layer


def test_text_is_drawn_in_its_colour_in_the_middle_of_its_box() -> None:
    sheet = drawn([text_layer("HELLO", TextStyle(size=150))])[0]
    left, top, right, bottom = lit(sheet)
    assert ((left + right) / 2, (top + bottom) / 2) == pytest.approx((540, 960), abs=12)
    assert left >= 140
    assert right <= 940
    assert int(sheet.y.max()) == 235
    assert np.abs(sheet.u.astype(int) - 128).max() <= 1


def test_text_at_rest_is_drawn_at_its_exact_place_and_not_resampled() -> None:
    one, other = (drawn([text_layer("HELLO", TextStyle(size=90), *size)])[0] for size in ((600, 300), (601.5, 303)))
    assert np.array_equal(one.y, other.y)
    assert np.array_equal(one.u, other.u)


def test_text_is_centred_on_its_box() -> None:
    style = TextStyle(
        font="Roboto Black", size=100, colour="#000000", background=TextBackground(colour="#FFFF00", padding=30)
    )
    y = drawn([text_layer("HHH", style, 500, 300)])[0].y
    plate, ink = np.nonzero(y > 150), np.nonzero(y[810:1110, 290:790] < 60)
    assert (plate[0].min(), plate[0].max(), plate[1].min(), plate[1].max()) == (810, 1109, 290, 789)
    assert ink[1].min() + ink[1].max() == pytest.approx(500, abs=4)
    assert ink[0].min() + ink[0].max() == pytest.approx(300, abs=24)


@pytest.mark.parametrize("align", ["left", "centre", "right"])
def test_text_is_aligned_to_its_side(align: Literal["left", "centre", "right"]) -> None:
    left, _, right, _ = lit(drawn([text_layer("HI", TextStyle(size=120, align=align))])[0])
    spaces = {"left": (left - 140, 20), "right": (940 - right, 20), "centre": (abs(left + right - 1080), 12)}
    assert spaces[align][0] <= spaces[align][1]


def test_an_outline_reaches_the_contrast_on_any_background(tmp_path: Path) -> None:
    pixels = scenery(1080, 1920)
    background = ImageLayer(item=ITEM, width=1080, height=1920, crop_path=WHOLE, transform=at())
    sources = picture(tmp_path, pixels)
    plain = TextStyle(size=200, colour="#FFFFFF")
    outlined = plain.model_copy(update={"outline": 8, "outline_colour": "#000000"})
    boxed = plain.model_copy(update={"background": TextBackground(colour="#000000", opacity=0.85)})
    empty = drawn([text_layer("HELLO", plain)])[0].y
    fill = empty > 225
    import cv2

    around = (cv2.dilate(fill.astype(np.uint8), np.ones((9, 9))) > 0) & ~(
        cv2.dilate((empty > 20).astype(np.uint8), np.ones((3, 3))) > 0
    )
    for style in (outlined, boxed):
        shown = to_bgr(drawn([background, text_layer("HELLO", style)], sources=sources)[0])[:, :, ::-1]
        light = luminance(shown)
        assert contrast(float(np.median(light[fill])), float(np.percentile(light[around], 95))) >= 4.5


@pytest.mark.parametrize("text", [r"{\fs200}big", r"{\p1}m 0 0 l 99 0", "100% 'it''s':x=1,[in]", "%{pts}", r"a\Nb"])
def test_text_is_drawn_literally(text: str) -> None:
    from pytoon_pipeline.media import fonts

    style = TextStyle(size=60)
    left, top, right, bottom = lit(drawn([text_layer(text, style, 1000)])[0])
    assert right - left == pytest.approx(fonts.text_width(text, style.font, 60), rel=0.1, abs=12)
    assert bottom - top < 60


def test_right_to_left_text_is_shaped_and_ordered() -> None:
    """The letter alef is a narrow stroke: it stands at the right when it comes first, at the left when last."""
    style = TextStyle(size=120, font="DejaVu Sans")

    def heaviest(text: str) -> float:
        sheet = drawn([text_layer(text, style)])[0]
        left, _, right, _ = lit(sheet)
        halves = np.array_split(sheet.y[:, left:right].astype(float) - 16, 2, axis=1)
        return float(halves[1].sum() / halves[0].sum())

    assert heaviest("ا س") < 1 < heaviest("س ا")
    joined, apart = (lit(drawn([text_layer(text, style)])[0]) for text in ("سسس", "س س س"))
    assert joined[2] - joined[0] < apart[2] - apart[0]


MOVE = TextAnimation(
    enter=TextMove(unit="word", pose=Pose(y=1, opacity=0), frames=12, unit_frames=6),
    exit=TextMove(pose=Pose(opacity=0), frames=4, unit_frames=4),
)


def moving(**more: object) -> TextLayer:
    layer = text_layer("ONE TWO", TextStyle(size=150, letter_spacing=-0.02))
    return layer.model_copy(update={"animation": MOVE, "frames": 40, **more})


def test_words_come_in_one_after_the_other_and_the_text_then_stands_still() -> None:
    frames = drawn([moving()], 40)
    still = drawn([moving(animation=None)], 1)[0]
    left, right = (slice(0, 540), slice(540, 1080))
    assert not (frames[0].y > 40).any(), "nothing yet"
    assert (frames[5].y[:, left] > 100).any(), "the first word"
    assert not (frames[5].y[:, right] > 100).any(), "not the second"
    for age in (12, 20, 35):
        assert np.array_equal(frames[age].y, still.y)
        assert np.array_equal(frames[age].u, still.u)
    assert int(frames[38].y.max()) < int(still.y.max()), "on its way out"


def test_segments_of_a_text_at_rest_do_not_depend_on_how_it_came_in() -> None:
    scene = Scene(start=0, frames=40, layers=(moving(),))
    other = moving(animation=MOVE.model_copy(update={"enter": None}))
    plans = [
        plan_segment(spec_of([scene.model_copy(update={"layers": (layer,)})]), Segment(start=first, frames=10), {})
        for first in (0, 20)
        for layer in (moving(), other)
    ]
    coming, changed, resting, same = (plan.parameters({}) for plan in plans)
    assert coming != changed
    assert resting == same
    assert plans[2].scenes[0].layers[0].static
    assert not plans[0].scenes[0].layers[0].static


@pytest.mark.parametrize("kind", ["box", "marker", "underline"])
def test_marks_of_key_words_are_drawn_after_the_text(kind: str) -> None:
    style = TextStyle(size=150, emphasis=Emphasis(kind=kind, colour="#FFFFFF", mark_colour="#FF0000"))
    animation = None if kind == "box" else TextAnimation(mark=MarkMove(start=2, frames=10))
    layer = text_layer("ONE TWO", style).model_copy(update={"emphasised": (1,), "animation": animation})
    red = [int((frame.v > 160).sum()) for frame in drawn([layer], 14)]
    assert red[13] > 500
    if kind == "box":
        assert red[0] > 500, "a box comes with its word"
    else:
        assert (red[0], red[6] < red[13]) == (0, True)


def test_boxes_behind_lines_are_as_wide_as_their_lines() -> None:
    behind = TextBackground(shape="lines", colour="#FFFFFF", opacity=1, padding=20, radius=0)
    layer = text_layer("I", TextStyle(size=150, colour="#000000", background=behind), 900, 400)
    sheet = drawn([layer.model_copy(update={"lines": ("I", "WWWWW")})])[0]
    rows = (sheet.y > 200).any(axis=1)
    widths = (sheet.y > 200).sum(axis=1)[rows]
    assert widths[5] < 0.4 * widths[-6]


def test_no_outline_covers_the_letters_of_another_word() -> None:
    style = TextStyle(size=150, outline=20, letter_spacing=-0.05, colour="#FFFFFF")
    plain = style.model_copy(update={"outline": 0})
    outlined, letters = (drawn([text_layer("AV AV", one)])[0].y for one in (style, plain))
    assert (outlined[letters > 230] > 200).all()
