"""The crop path: which part of the source frame is shown, and how it moves."""

import numpy as np
import pytest

from pytoon_pipeline.contracts.analysis import Face
from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline.contracts.preset import CameraSettings, ZoomPulseSettings
from pytoon_pipeline.contracts.spec.evaluate import crop_at
from pytoon_pipeline.contracts.spec.layers import CropPath
from pytoon_pipeline.planning.shots.camera import SourceFrame, follow, rest
from pytoon_pipeline.planning.shots.subjects import main_tracks
from pytoon_pipeline_tests.harness.plans import RATE, WHOLE, face

ASPECT = 9 / 16
LANDSCAPE = SourceFrame(1280, 720, WHOLE)
SIZE = LANDSCAPE.window(ASPECT)
STEADY = ZoomPulseSettings(amount=1.0)


def shot(faces: list[Face], seconds: float = 11.0, keep: tuple[Box, ...] = (), **changes: object) -> CropPath:
    detections = main_tracks(faces, 0, seconds)[0].smoothed()
    settings = CameraSettings(**changes)  # type: ignore[arg-type]
    path = follow(detections, 0, seconds, LANDSCAPE, SIZE, settings, keep)
    return path.crop_path(0, round(seconds * 30), RATE, 6.0)


def moving_face(time: float) -> float:
    return 0.5 + 300 / 1280 * float(np.sin(2 * np.pi * time / 11))


def test_a_moving_face_stays_near_the_middle() -> None:
    times = np.arange(0, 11, 0.2).tolist()
    camera = shot([face(t, moving_face(t)) for t in times])
    windows = [crop_at(camera, frame, frame) for frame in range(330)]
    assert min(window.x for window in windows) >= -1e-9
    assert max(window.x + window.width for window in windows) <= 1 + 1e-9
    offsets = [abs(moving_face(n / 30) - window.centre[0]) / window.width for n, window in enumerate(windows)]
    assert np.mean(offsets) < 0.06
    assert max(offsets) < 0.2


def test_the_camera_moves_before_its_subject_is_lost() -> None:
    """A person who walks off at second 5 is never behind the camera by more than a quarter of the window."""
    times = np.arange(0, 10, 0.2)
    place = 0.25 + 0.5 * np.clip((times - 5) / 2.5, 0, 1)
    camera = shot([face(t, x) for t, x in zip(times.tolist(), place.tolist(), strict=True)], 10, zoom_pulse=STEADY)
    shown = np.array([crop_at(camera, frame, frame).centre[0] for frame in range(300)])
    target = 0.25 + 0.5 * np.clip((np.arange(300) / 30 - 5) / 2.5, 0, 1)
    assert np.abs(shown - target).max() / SIZE[0] < 0.25
    moves = np.flatnonzero(np.abs(np.diff(shown)) > 1e-6) / 30
    assert moves[0] < 5 < moves[-1]
    assert len({key.x for key in camera.keyframes if key.frame < 105}) == 1, "it holds before"


def test_the_crop_path_is_smooth() -> None:
    noise = np.random.default_rng(0).normal(0, 0.004, 55)
    camera = shot([face(0.2 * n, moving_face(0.2 * n) + noise[n]) for n in range(55)], zoom_pulse=STEADY)
    x = np.array([crop_at(camera, frame, frame).x for frame in range(330)]) * 1080 / camera.width
    assert np.abs(np.diff(x, 2)).max() < 1.5, "output pixels per frame per frame"


def test_the_crop_is_still_for_a_face_that_hardly_moves() -> None:
    wobble = np.random.default_rng(1).normal(0, 0.004, 50)
    camera = shot([face(0.2 * n, 0.4 + wobble[n]) for n in range(50)], zoom_pulse=STEADY)
    assert len({(key.x, key.y) for key in camera.keyframes}) == 1


def test_text_stays_in_view_beside_a_face_that_leaves_room() -> None:
    faces = [face(0.2 * n, 0.5) for n in range(50)]
    near, far = Box(0.55, 0.8, 0.15, 0.05), Box(0.8, 0.1, 0.15, 0.05)
    window = crop_at(shot(faces, keep=(near, far)), 0, 0)
    assert near.share_inside(window) == pytest.approx(1)
    assert Box(0.45, 0.4, 0.1, 0.15).share_inside(window) == pytest.approx(1), "the face does not make way"


def test_the_zoom_does_not_cut_the_subject() -> None:
    wide = Box(x=0.4, y=0.4, width=0.285, height=0.1)
    path = rest(wide, 0, 10, LANDSCAPE, SIZE, CameraSettings(zoom_pulse=ZoomPulseSettings(amount=1.3)))
    assert 1 < path.zoom < 1.05


def test_a_window_rests_on_text_before_detail() -> None:
    title = Box(x=0.6, y=0.7, width=0.3, height=0.1)
    path = rest(Box(0.1, 0.1, 0.2, 0.2), 0, 10, LANDSCAPE, SIZE, CameraSettings(), keep=(title,))
    for frame in range(0, 180, 20):
        window = crop_at(path.crop_path(0, 300, RATE, 6.0), frame, frame)
        assert title.share_inside(window) == pytest.approx(1)


@pytest.mark.parametrize(
    ("width", "height"), [(1280, 720), (720, 1280), (1080, 1080), (640, 1600), (1080, 1920), (4000, 300)]
)
def test_the_crop_is_the_largest_of_its_aspect_ratio(width: int, height: int) -> None:
    w, h = SourceFrame(width, height, WHOLE).window(ASPECT)
    assert (w * width) / (h * height) == pytest.approx(ASPECT)
    assert max(w, h) == pytest.approx(1)


def test_the_zoom_does_not_cut_a_head_at_the_edge_of_the_picture() -> None:
    faces = [face(0.2 * n, 0.5, y=0.06, size=0.1) for n in range(55)]
    camera = shot(faces, zoom_pulse=ZoomPulseSettings(amount=1.12))
    assert min(crop_at(camera, frame, frame).height for frame in range(330)) < 0.9
    assert max(crop_at(camera, frame, frame).y for frame in range(330)) <= 0.01 + 1e-6
