"""Colour look-up tables on planes."""

import cv2
import numpy as np
import pytest
from skimage import data

from pytoon_pipeline.contracts.colour import ColourCorrection, Lut
from pytoon_pipeline.media.colour import to_rgb
from pytoon_pipeline.media.colour_balance import corrected
from pytoon_pipeline.media.cube_lut import parse_lut
from pytoon_pipeline.media.frames import YuvFrame
from pytoon_pipeline.media.rgb_planes import planes_from_rgb
from pytoon_pipeline.rendering.colour import correct
from pytoon_pipeline.rendering.luts import look_up

STEPS = np.linspace(0, 1, 9)


def _film() -> Lut:
    """Warm lights, blue shadows, less saturation."""
    blue, green, red = np.meshgrid(STEPS, STEPS, STEPS, indexing="ij")
    rgb = np.stack([red, green, blue], axis=-1).reshape(-1, 3)
    grey = rgb @ (0.2126, 0.7152, 0.0722)
    toned = grey[:, None] + 0.7 * (rgb - grey[:, None]) + (grey[:, None] - 0.5) * (0.1, 0.02, -0.1)
    rows = "\n".join(" ".join(f"{value:.6f}" for value in row) for row in np.clip(toned, 0, 1))
    return parse_lut(f"LUT_3D_SIZE 9\n{rows}".encode())


SAME = Lut.of(1, 2, np.array([[0, 0, 0], [1, 1, 1]], np.float32).tobytes())


def _frame() -> YuvFrame:
    photo = cv2.GaussianBlur(data.astronaut()[:256, 100:356], (0, 0), 2)
    return YuvFrame(*planes_from_rgb(np.ascontiguousarray(photo)))


def _rgb(frame: YuvFrame) -> np.ndarray:
    height, width = frame.y.shape
    u, v = (cv2.resize(plane, (width, height), interpolation=cv2.INTER_LINEAR) for plane in (frame.u, frame.v))
    return np.clip(to_rgb(frame.y, u, v), 0, 255)


@pytest.mark.parametrize("strength", [1.0, 0.4])
def test_planes_become_what_the_table_says(strength: float) -> None:
    frame, one = _frame(), ColourCorrection(temperature=-0.2, lut=strength)
    lut = _film()
    found, wanted = _rgb(correct(frame, one, lut)), corrected(_rgb(frame).astype(np.float32), one, lut)
    assert np.abs(found - wanted).mean() < 1.5
    assert np.abs(found - _rgb(frame)).mean() > 3


def test_a_table_that_changes_nothing_keeps_every_value() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (3, 64, 64)).astype(np.uint8)
    frame = YuvFrame(noise[0], noise[1][:32, :32].copy(), noise[2][:32, :32].copy())
    same = look_up(frame, SAME, 1.0)
    assert all(
        np.abs(a.astype(int) - b).max() <= 1 for a, b in ((same.y, frame.y), (same.u, frame.u), (same.v, frame.v))
    )


def test_luma_may_be_written_in_place() -> None:
    frame, lut = _frame(), _film()
    wanted, luma = look_up(frame, lut, 1.0), frame.y.copy()
    found = look_up(YuvFrame(luma, frame.u, frame.v), lut, 1.0, luma)
    assert found.y is luma
    assert all(np.array_equal(a, b) for a, b in ((found.y, wanted.y), (found.u, wanted.u), (found.v, wanted.v)))
