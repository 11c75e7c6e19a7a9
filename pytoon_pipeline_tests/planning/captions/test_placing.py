"""Captions keep clear of faces and stay in the safe zone."""

from pytoon_pipeline.contracts.captions import CaptionStyle
from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.output_format import CANVASES
from pytoon_pipeline.contracts.spec.render_spec import Cue, CueWord
from pytoon_pipeline.planning.captions.layout import extent
from pytoon_pipeline.planning.captions.placing import MARGIN, caption_zone, place_captions
from pytoon_pipeline.planning.keep_out import FACE, TEXT, KeepOutArea
from pytoon_pipeline.planning.sequences import CaptionPanel

CANVAS = CANVASES["9:16"]
SAFE = Rect(0, 200, 1080, 1560)
STYLE = CaptionStyle(position=0.7)


def cue(start: int) -> Cue:
    return Cue(start=start, end=start + 30, words=(CueWord(text="coffee", start=start, end=start + 30),))


def test_without_a_face_captions_stand_at_the_position_of_their_style() -> None:
    (placed,) = place_captions([cue(0)], STYLE, CANVAS, SAFE, ())
    assert extent(placed, STYLE).bottom == 1344


def test_captions_move_away_from_a_face_together() -> None:
    face = KeepOutArea(30, 60, Rect(300, 1000, 800, 1400), FACE)
    placed = place_captions([cue(0), cue(30), cue(200)], STYLE, CANVAS, SAFE, [face])
    areas = [extent(one, STYLE) for one in placed]
    assert areas[1].top >= 1400
    assert areas[0].bottom == areas[1].bottom <= SAFE.bottom
    assert areas[2].bottom == 1344, "after a pause they are back"


def test_captions_of_a_panel_stand_in_its_middle_in_letters_that_fit() -> None:
    panel = CaptionPanel(0, 60, Rect(0, 860, 1080, 1060))
    face = KeepOutArea(0, 100, Rect(300, 700, 800, 1300), FACE)
    placed = place_captions([cue(0), cue(30), cue(60)], STYLE, CANVAS, SAFE, [face], [panel])
    for one in placed[:2]:
        area = extent(one, STYLE)
        assert abs(area.top + area.bottom - 2 * 960) <= 2
        assert area.height * 2 <= 200
    assert extent(placed[2], STYLE).top >= 1300


def test_a_run_that_no_place_serves_is_divided() -> None:
    low = KeepOutArea(0, 30, Rect(0, 900, 1080, 1920), FACE)
    high = KeepOutArea(40, 70, Rect(0, 0, 1080, 900), FACE)
    placed = place_captions([cue(0), cue(40)], STYLE, CANVAS, SAFE, [low, high])
    assert extent(placed[0], STYLE).bottom <= 900
    assert extent(placed[1], STYLE).top >= 900


def test_a_title_above_the_zone_of_a_caption_leaves_it_its_usual_place() -> None:
    zone = caption_zone(cue(0), STYLE, CANVAS, SAFE, ())
    title = KeepOutArea(0, 60, Rect(0, zone.area.top - 400, 1080, zone.area.top), TEXT)
    (placed,) = place_captions([cue(0)], STYLE, CANVAS, SAFE, [title])
    assert extent(placed, STYLE).top >= title.area.bottom + MARGIN
    assert extent(placed, STYLE).bottom == 1344


def test_a_caption_covers_a_face_rather_than_a_title() -> None:
    title = KeepOutArea(0, 30, Rect(0, 0, 1080, 1100), TEXT)
    face = KeepOutArea(0, 30, Rect(0, 900, 1080, 1920), FACE)
    (placed,) = place_captions([cue(0)], STYLE, CANVAS, SAFE, [title, face])
    assert extent(placed, STYLE).top >= 1100
