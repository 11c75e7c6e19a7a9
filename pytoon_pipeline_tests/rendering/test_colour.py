"""Colour correction of planes: what the definition says, for photos and for footage."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage import data

from pytoon_pipeline.contracts.colour import ColourCorrection
from pytoon_pipeline.contracts.spec.layers import ImageLayer
from pytoon_pipeline.media.colour import to_rgb
from pytoon_pipeline.media.colour_balance import corrected
from pytoon_pipeline.media.frames import YuvFrame
from pytoon_pipeline.media.rgb_planes import planes_from_rgb
from pytoon_pipeline.rendering.colour import correct
from pytoon_pipeline_tests.harness.drawing import ITEM, WHOLE, at, drawn, picture


def _planes(photo: np.ndarray) -> YuvFrame:
    return YuvFrame(*planes_from_rgb(np.ascontiguousarray(photo)))


def _rgb(frame: YuvFrame) -> np.ndarray:
    height, width = frame.y.shape
    u, v = (cv2.resize(plane, (width, height), interpolation=cv2.INTER_LINEAR) for plane in (frame.u, frame.v))
    return np.clip(to_rgb(frame.y, u, v), 0, 255)


@settings(max_examples=20, deadline=None)
@given(st.floats(-0.6, 0.6), st.floats(-0.3, 0.3), st.floats(-0.7, 0.7))
def test_planes_become_what_the_definition_says(temperature: float, tint: float, exposure: float) -> None:
    one = ColourCorrection(temperature=temperature, tint=tint, exposure=exposure)
    photo = cv2.GaussianBlur(data.astronaut()[:256, 100:356], (0, 0), 2)
    frame = _planes(photo)
    difference = np.abs(_rgb(correct(frame, one)) - corrected(_rgb(frame).astype(np.float32), one))
    assert difference.mean() < 1.2


def test_no_correction_keeps_every_value_and_luma_may_be_written_in_place() -> None:
    frame = _planes(data.chelsea()[:300, :450])
    same = correct(frame, ColourCorrection())
    assert all(np.array_equal(a, b) for a, b in ((same.y, frame.y), (same.u, frame.u), (same.v, frame.v)))
    one = ColourCorrection(temperature=0.3, exposure=0.4)
    wanted = correct(frame, one)
    luma = frame.y.copy()
    found = correct(YuvFrame(luma, frame.u, frame.v), one, out=luma)
    assert found.y is luma
    assert all(np.array_equal(a, b) for a, b in ((found.y, wanted.y), (found.u, wanted.u), (found.v, wanted.v)))


def test_a_picture_is_corrected_only_where_its_layer_says_so(tmp_path: Path) -> None:
    sources = picture(tmp_path, np.ascontiguousarray(data.astronaut()))

    def show(colour: ColourCorrection | None) -> np.ndarray:
        layer = ImageLayer(item=ITEM, width=512, height=512, crop_path=WHOLE, transform=at(), colour=colour)
        return _rgb(YuvFrame(*(getattr(drawn([layer], sources=sources)[0], name) for name in "yuv")))[704:1216, 284:796]

    plain, warmer = show(None), show(ColourCorrection(temperature=0.3))
    assert warmer[..., 0].mean() > plain[..., 0].mean() + 2
    assert warmer[..., 2].mean() < plain[..., 2].mean() - 5
    assert show(None) == pytest.approx(plain)
