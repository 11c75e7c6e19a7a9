"""The crop path: which part of the source frame is shown, and how it moves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytoon_pipeline.contracts.analysis import Face, FocalPoint
from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline.contracts.preset import CameraSettings, ZoomPulseSettings
from pytoon_pipeline.contracts.spec.evaluate import crop_at
from pytoon_pipeline.contracts.spec.layers import CropPath
from pytoon_pipeline.planning.shots.camera import SourceFrame, dead_zone_path, plan_shot
from pytoon_pipeline_tests.harness.plans import RATE, WHOLE, face

ASPECT = 9 / 16


@given(st.lists(st.floats(0.2, 0.8), min_size=2, max_size=80), st.floats(0.01, 0.2))
def test_the_crop_stays_within_the_dead_zone_and_moves_as_little_as_possible(aim: list[float], reach: float) -> None:
    target = np.array(aim)
    path = dead_zone_path(target, reach)
    assert np.all(np.abs(path - target) <= reach + 1e-9)
    if np.ptp(target) <= 2 * reach:
        assert np.ptp(path) < 1e-9, "a face that fits does not move the crop"


def shot(faces: list[Face], seconds: float = 11.0, **changes: object) -> CropPath:
    frame = SourceFrame(1280, 720, WHOLE)
    path = plan_shot(faces, (), 0, seconds, frame, CameraSettings(**changes), ASPECT)  # type: ignore[arg-type]
    return path.crop_path(0, round(seconds * 30), RATE, 6.0)


def moving_face(time: float) -> float:
    return 0.5 + 300 / 1280 * float(np.sin(2 * np.pi * time / 11))


def test_a_moving_face_stays_in_the_crop() -> None:
    times = np.arange(0, 11, 0.2).tolist()
    camera = shot([face(t, moving_face(t)) for t in times])
    for frame in range(330):
        window, x = crop_at(camera, frame, frame), moving_face(frame / 30)
        assert window.x <= x - 0.05
        assert x + 0.05 <= window.x + window.width
        assert window.x >= -1e-9
        assert window.x + window.width <= 1 + 1e-9


def test_the_crop_path_is_smooth() -> None:
    noise = np.random.default_rng(0).normal(0, 0.004, 55)
    camera = shot(
        [face(0.2 * n, moving_face(0.2 * n) + noise[n]) for n in range(55)], zoom_pulse=ZoomPulseSettings(amount=1.0)
    )
    x = np.array([crop_at(camera, frame, frame).x for frame in range(330)]) * 1080 / camera.width
    assert np.abs(np.diff(x, 2)).max() < 1.0, "output pixels a frame a frame"


def test_the_crop_is_still_for_a_face_that_hardly_moves() -> None:
    wobble = np.random.default_rng(1).normal(0, 0.004, 50)
    camera = shot([face(0.2 * n, 0.4 + wobble[n]) for n in range(50)], zoom_pulse=ZoomPulseSettings(amount=1.0))
    assert len({(key.x, key.y) for key in camera.keyframes}) == 1


def test_a_single_detection_does_not_move_the_crop() -> None:
    lonely = [face(3.0, 0.9)]
    points = (FocalPoint(time=1, box=Box(x=0.2, y=0.4, width=0.1, height=0.1), weight=1),)
    path = plan_shot(lonely, points, 0, 10, SourceFrame(1280, 720, WHOLE), CameraSettings(), ASPECT)
    assert path.x[0] == pytest.approx(0.25)


def test_the_larger_of_two_faces_is_followed() -> None:
    faces = [face(0.2 * n, 0.3, size=0.05) for n in range(30)] + [face(0.2 * n, 0.7, size=0.15) for n in range(30)]
    camera = shot(faces, 6.0)
    assert camera.keyframes[0].x == pytest.approx(0.7, abs=0.03)


def test_the_zoom_does_not_cut_the_subject() -> None:
    wide = FocalPoint(time=1, box=Box(x=0.4, y=0.4, width=0.285, height=0.1), weight=1)
    path = plan_shot(
        (),
        (wide,),
        0,
        10,
        SourceFrame(1280, 720, WHOLE),
        CameraSettings(zoom_pulse=ZoomPulseSettings(amount=1.3)),
        ASPECT,
    )
    assert 1 < path.zoom < 1.05


@pytest.mark.parametrize(
    ("width", "height"), [(1280, 720), (720, 1280), (1080, 1080), (640, 1600), (1080, 1920), (4000, 300)]
)
def test_the_crop_is_the_largest_of_its_aspect_ratio(width: int, height: int) -> None:
    w, h = SourceFrame(width, height, WHOLE).window(ASPECT)
    assert (w * width) / (h * height) == pytest.approx(ASPECT)
    assert max(w, h) == pytest.approx(1)
