"""How shots are framed: one window, two halves, or a band."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pytoon_pipeline.contracts.analysis import BurntInText, Face
from pytoon_pipeline.contracts.geometry import Box, Rect
from pytoon_pipeline.contracts.output_format import CANVASES
from pytoon_pipeline.contracts.preset import CameraSettings
from pytoon_pipeline.planning.analysed_media import AnalysedMedia
from pytoon_pipeline.planning.captions.panels import PanelSettings
from pytoon_pipeline.planning.shots.framing import all_heads, frame_shot, halves
from pytoon_pipeline_tests.harness.plans import face, footage, stream

TIMES = [0.2 * n for n in range(50)]


def material(faces: Sequence[Face] = (), texts: Sequence[Box] = ()) -> AnalysedMedia:
    clip = footage(10.0, faces=faces)
    found = tuple(BurntInText(start=2, end=6, box=box) for box in texts)
    return replace(clip, focus=clip.focus.model_copy(update={"texts": found}))


def framing(clip: AnalysedMedia, arrange: bool = True):  # type: ignore[no-untyped-def]
    return frame_shot(clip, all_heads(clip), 0, 10, CameraSettings(), CANVASES["9:16"], arrange=arrange)


def pair(*places: float) -> list[Face]:
    return [face(time, x, size=0.08) for time in TIMES for x in places]


def shows(view, x: float) -> bool:  # type: ignore[no-untyped-def]
    return bool((np.abs(view.path.x - x) < view.path.size[0] / 2 / 1.1 - 0.04).all())


def test_two_people_who_fit_share_the_window() -> None:
    (view,) = framing(material(pair(0.45, 0.56))).views
    assert view.area == CANVASES["9:16"].area
    assert shows(view, 0.45)
    assert shows(view, 0.56)


def test_two_people_who_do_not_fit_get_a_half_each() -> None:
    upper, lower = framing(material(pair(0.2, 0.8))).views
    assert (upper.area, lower.area) == halves(CANVASES["9:16"])
    assert shows(upper, 0.2)
    assert not shows(upper, 0.8)
    assert shows(lower, 0.8)
    width, height = upper.path.size
    assert abs(width * 1280 / (height * 720) - 1080 / 960) < 1e-6


def test_a_half_does_not_enlarge_a_small_source_beyond_what_looks_sharp() -> None:
    small = footage(10.0, faces=pair(0.2, 0.8), video=stream(width=640, height=360))
    for view in framing(small).views:
        assert 1080 / (view.path.size[0] * 640) < 4.0 + 1e-9


def test_only_a_talk_is_arranged() -> None:
    clip = material(pair(0.2, 0.8), [Box(0.1, 0.8, 0.7, 0.08)])
    (view,) = framing(clip, arrange=False).views
    assert view.area == CANVASES["9:16"].area
    assert framing(clip, arrange=False).text_cut


def test_a_title_that_is_wider_than_the_window_makes_a_band() -> None:
    title = Box(0.25, 0.4, 0.5, 0.1)
    found = framing(material(texts=[title]))
    (view,) = found.views
    assert found.banded
    assert view.area.width == CANVASES["9:16"].width
    assert view.path.contains(title)
    assert view.path.size[0] / view.path.zoom >= 0.5


def test_a_logo_does_not_displace_a_person() -> None:
    corner = Box(0.8, 0.05, 0.15, 0.05)
    found = framing(material([face(time, 0.3) for time in TIMES], [corner]))
    assert not found.banded
    assert found.text_cut
    assert shows(found.views[0], 0.3)


def test_text_that_fits_is_shown_where_nobody_is() -> None:
    corner = Box(0.75, 0.05, 0.2, 0.05)
    found = framing(material(texts=[corner]))
    assert found.views[0].path.contains(corner)
    assert not found.text_cut


def arranged(faces: Sequence[Face], shape: str = "9:16", bottom: int = 1440):  # type: ignore[no-untyped-def]
    clip, panel = material(faces), PanelSettings(240, bottom, "#101014")
    return frame_shot(clip, all_heads(clip), 0, 10, CameraSettings(), CANVASES[shape], arrange=True, panel=panel)


def test_captions_of_two_people_stand_on_the_seam_of_their_halves() -> None:
    found = arranged(pair(0.2, 0.8))
    assert tuple(view.area for view in found.views) == halves(CANVASES["9:16"])
    assert found.panel == Rect(0, 840, 1080, 1080)
    assert not found.grounded


def test_heads_near_the_seam_make_it_a_gap() -> None:
    found = arranged([face(time, x, y=0.8, size=0.24) for time in TIMES for x in (0.2, 0.8)])
    upper, lower = (view.area for view in found.views)
    assert found.panel == Rect(0, 840, 1080, 1080)
    assert (upper.bottom, lower.top) == (840, 1080)
    assert found.grounded


def test_one_speaker_fills_the_frame() -> None:
    found = arranged([face(time, 0.5, size=0.12) for time in TIMES])
    assert [view.area for view in found.views] == [CANVASES["9:16"].area]
    assert not found.grounded


def test_a_close_up_leaves_space_for_captions_below_its_chin() -> None:
    found = arranged([face(time, 0.5, y=0.5, size=0.24) for time in TIMES])
    (view,) = found.views
    assert 1440 < view.area.height < 1920
    assert found.grounded
    assert found.panel is None
    assert view.path.size[0] > 1.35 * 0.24
    chin = 0.5 + 0.62 * face(0, 0.5, size=0.24).box.height
    assert view.area.height * chin <= 1200


def test_a_close_up_leaves_space_on_a_square_too() -> None:
    found = arranged([face(time, 0.5, y=0.55, size=0.5) for time in TIMES], "1:1", 1000)
    assert found.grounded
    assert found.views[0].area.height < 1080


def test_cuts_enlarge_neither_a_close_up_nor_burnt_in_text() -> None:
    assert framing(material([face(time, 0.3) for time in TIMES])).punched_in
    assert not framing(material(texts=[Box(0.45, 0.8, 0.2, 0.05)])).punched_in
    assert not framing(material(texts=[Box(0.25, 0.4, 0.5, 0.1)])).punched_in
    assert not arranged([face(time, 0.5, y=0.5, size=0.24) for time in TIMES]).punched_in
