"""Tone mapping of HDR pictures against the same formulas in floating point."""

from typing import Literal

import numpy as np
import pytest

from pytoon_pipeline.media.colour import OFFSET, TO_YUV
from pytoon_pipeline.media.colour_conversion import Coding, rgb_from
from pytoon_pipeline.media.dynamic_range import BT2020_TO_BT709, DIFFUSE_WHITE, KNEE, PEAK, to_standard_range

HDR = Coding("bt2020", full_range=False, bits=10)


def light_of(code: np.ndarray, dynamic: str) -> np.ndarray:
    """Light of code values 0..1, 1 = diffuse white (ITU-R BT.2100)."""
    if dynamic == "pq":
        power = code ** (1 / 78.84375)
        nits = 10000 * (np.maximum(power - 0.8359375, 0) / (18.8515625 - 18.6875 * power)) ** (1 / 0.1593017578125)
    else:
        scene = np.where(code <= 0.5, code**2 / 3, (np.exp((code - 0.55991073) / 0.17883277) + 0.28466892) / 12)
        nits = PEAK * scene**1.2
    return np.minimum(nits, PEAK) / DIFFUSE_WHITE


def expected(y: np.ndarray, u: np.ndarray, v: np.ndarray, dynamic: str) -> np.ndarray:
    """Y, U, V in the last axis, unrounded."""
    planes = np.stack(((y - 64) / 876, (u - 512) / 896, (v - 512) / 896), axis=-1)
    light = light_of(np.clip(planes @ rgb_from("bt2020").T, 0, 1), dynamic) @ BT2020_TO_BT709.T
    brightest = np.maximum(light.max(axis=-1, keepdims=True), KNEE)
    over = np.minimum((brightest - KNEE) / (PEAK / DIFFUSE_WHITE - KNEE), 1)
    slope = (PEAK / DIFFUSE_WHITE - KNEE) / (1 - KNEE)
    light = light * (KNEE + (1 - KNEE) * slope * over / (1 + (slope - 1) * over)) / brightest
    return 255 * np.clip(light, 0, 1) ** (1 / 2.4) @ TO_YUV.T + OFFSET


@pytest.mark.parametrize("dynamic", ["pq", "hlg"])
def test_tone_mapping_matches_the_formulas(dynamic: Literal["pq", "hlg"]) -> None:
    rng = np.random.default_rng(0)
    y = np.tile(np.arange(64, 941, dtype=np.uint16), (64, 1))
    u, v = (np.repeat(rng.integers(400, 625, (64, 1)), y.shape[1], axis=1).astype(np.uint16) for _ in "uv")
    mapped = np.stack(to_standard_range((y, u, v), HDR, dynamic), axis=-1)
    error = np.abs(mapped - expected(y.astype(float), u.astype(float), v.astype(float), dynamic))
    assert error.max() <= 2
    assert np.percentile(error, 99.9) <= 0.6
    assert error.mean() <= 0.3


@pytest.mark.parametrize("dynamic", ["pq", "hlg"])
def test_greys_of_hdr_rise_and_stay_grey(dynamic: Literal["pq", "hlg"]) -> None:
    y = np.arange(64, 941, dtype=np.uint16)[None].repeat(2, axis=0)
    grey = np.full((1, (y.shape[1] + 1) // 2), 512, np.uint16)
    luma, u, v = to_standard_range((y, grey, grey), HDR, dynamic)
    assert set(np.unique(u)) | set(np.unique(v)) == {128}
    assert luma[0, 0] == 16
    assert 233 <= luma[0, -1] <= 235
    assert (np.diff(luma[0].astype(int)) >= 0).all()
