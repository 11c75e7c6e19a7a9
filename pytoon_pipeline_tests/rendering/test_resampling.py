"""Resampling a crop: the origin of every pixel, to fractions of a pixel."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline.media.frames import YuvFrame
from pytoon_pipeline.rendering.resampling import resample, sample_window


def ramp(width: int, height: int) -> YuvFrame:
    """Luma rises with x and y such that its value tells the place: 30 + 150 (x + y/2) / (w + h/2)."""
    x, y = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    luma = 30 + 150 * (x + y / 2) / (width + height / 2)
    half = np.full(((height + 1) // 2, (width + 1) // 2), 128, np.uint8)
    return YuvFrame(np.round(luma).astype(np.uint8), half, half.copy())


windows = st.tuples(st.floats(0, 0.6), st.floats(0, 0.4), st.floats(0.2, 0.4)).map(
    lambda t: Box(t[0], t[1], t[2] * 9 / 16, t[2])
)


@settings(max_examples=40)
@given(windows, st.sampled_from([(640, 640), (1280, 720), (3840, 2160)]))
def test_every_pixel_comes_from_its_place(window: Box, size: tuple[int, int]) -> None:
    columns, rows = size
    width, height = 216, 384
    shown = sample_window(ramp(columns, rows), window, width, height).y.astype(float)
    x = (window.x + (np.arange(width) + 0.5) / width * window.width) * columns
    y = (window.y + (np.arange(height) + 0.5) / height * window.height) * rows
    expected = 30 + 150 * (x[None, :] + y[:, None] / 2) / (columns + rows / 2)
    inner = (slice(4, -4), slice(4, -4))
    assert np.abs(shown - expected)[inner].max() <= 1.6
    assert abs((shown - expected)[inner].mean()) < 0.3


def test_slow_motion_does_not_jitter() -> None:
    """A soft blob under a crop that moves 0.3 output pixels per frame moves by exactly that."""
    columns, rows = 640, 360
    x, y = np.meshgrid(np.arange(columns), np.arange(rows))
    blob = (40 + 180 * np.exp(-((x - 320) ** 2 + (y - 180) ** 2) / 2 / 12**2)).astype(np.uint8)
    flat = np.full((rows // 2, columns // 2), 128, np.uint8)
    picture = YuvFrame(blob, flat, flat)
    places = []
    for frame in range(60):
        step = 0.3 * frame / 1080 * 202.5 / columns
        plane = sample_window(picture, Box(0.35 + step, 0, 202.5 / columns, 1), 1080, 1920).y.astype(float) - 40
        plane[plane < 20] = 0
        places.append((plane.sum(axis=0) * np.arange(1080)).sum() / plane.sum())
    jitter = np.diff(places, 2)
    assert np.abs(jitter).max() < 0.05
    assert np.diff(places).mean() == pytest.approx(-0.3, abs=0.01)


@pytest.mark.parametrize("window", [Box(0, 0, 1, 1), Box(0.68, 0, 0.32, 1), Box(0, 0.5, 0.28, 0.5)])
def test_crops_at_the_edges_are_filled(window: Box) -> None:
    shown = sample_window(ramp(640, 360), window, 1080, 1920)
    assert shown.y.shape == (1920, 1080)
    assert shown.u.shape == shown.v.shape == (960, 540)
    assert shown.y.min() > 20


def test_odd_sizes_work() -> None:
    shown = sample_window(ramp(101, 77), Box(0.1, 0.1, 0.4, 0.8), 1080, 1920)
    assert shown.y.shape == (1920, 1080)


def test_strong_reduction_averages_pixels() -> None:
    columns, rows = 4000, 4000
    stripes = np.where(np.arange(columns) % 2, 235, 16).astype(np.uint8)
    picture = YuvFrame(
        np.broadcast_to(stripes, (rows, columns)).copy(),
        np.full((rows // 2, columns // 2), 128, np.uint8), np.full((rows // 2, columns // 2), 128, np.uint8),
    )  # fmt: skip
    shown = sample_window(picture, Box(0, 0, 1, 1), 540, 960).y
    assert shown.min() > 100
    assert shown.max() < 150


@pytest.mark.parametrize("level", [0, 1, 16, 128, 235, 254, 255])
@pytest.mark.parametrize("factor", [0.7, 1.013, 2.72])
def test_flat_areas_keep_their_value(level: int, factor: float) -> None:
    plane = np.full((700, 400), level, np.uint8)
    shown = resample(plane, 3.3, 5.7, 390.2, 680.9, round(390 * factor), round(681 * factor))
    assert set(np.unique(shown)) == {level}


def test_bands_leave_no_trace() -> None:
    """Large planes are resampled in bands of rows: each row is the one that the whole plane in one band has."""
    plane = np.random.default_rng(1).integers(0, 256, (2000, 1200)).astype(np.uint8)
    shown = resample(plane, 20.3, 5.7, 1080.9, 1921.3, 1080, 1920)
    # Columns are independent of each other: a few of them are small enough for one band.
    narrow = resample(plane, 20.3, 5.7, 1080.9 / 1080 * 40, 1921.3, 40, 1920)
    assert np.array_equal(shown[:, :40], narrow)


def test_a_move_down_alone_gives_the_same_values_as_both_passes() -> None:
    plane = np.random.default_rng(0).integers(0, 256, (90, 70), np.uint8)
    both = resample(plane, 5 + 1e-12, 3.3, 40, 50, 40, 50)
    assert np.array_equal(resample(plane, 5, 3.3, 40, 50, 40, 50), both)
