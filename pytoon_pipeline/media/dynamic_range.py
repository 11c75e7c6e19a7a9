"""Tone mapping of HDR pictures (HLG, PQ) to standard dynamic range.

Transfer functions and luminances are those of ITU-R BT.2100; the primaries' matrix is that of ITU-R BT.2087. Diffuse
white (203 cd/m², ITU-R BT.2408) becomes 100 % minus the headroom that highlights need.
"""

from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

DIFFUSE_WHITE = 203.0
PEAK = 1000.0
LEVELS = 1 << 12

BT2020_TO_BT709 = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]], np.float32
)


def to_standard_range(frame: "VideoFrame", dynamic: Literal["hlg", "pq"]) -> "VideoFrame":
    """An HDR frame as BT.709 yuv420p: to light, to BT.709 primaries, highlights rolled off, to BT.709 code values."""
    import av
    from av.video.reformatter import ColorRange, Colorspace

    deep = frame.reformat(format="rgb48le", src_colorspace=Colorspace.BT2020, interpolation="BICUBIC", threads=1)
    coded = np.asarray(deep.to_ndarray(), np.uint16)
    light = _to_light(dynamic)[coded >> 4] @ BT2020_TO_BT709.T
    brightest = np.maximum(light.max(axis=2, keepdims=True), 1e-6)
    light *= roll_off(brightest) / brightest
    pixels = _to_code()[(np.clip(light, 0, 1) * (LEVELS - 1)).astype(np.uint16)]
    return av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(
        format="yuv420p",
        dst_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.JPEG,
        dst_color_range=ColorRange.MPEG,
        threads=1,
    )


def roll_off(light: NDArray[np.float32]) -> NDArray[np.float32]:
    """Light (1 = diffuse white) to 0..1: linear up to 0.6, then a curve that reaches 1 at the peak."""
    knee, peak = 0.6, PEAK / DIFFUSE_WHITE
    over = np.clip((light - knee) / (peak - knee), 0, 1)
    slope = (peak - knee) / (1 - knee)
    curve = (1 - knee) * (slope * over) / (1 + (slope - 1) * over)
    return np.where(light <= knee, light, knee + curve).astype(np.float32)


@lru_cache
def _to_light(dynamic: Literal["hlg", "pq"]) -> NDArray[np.float32]:
    """Light for each 12-bit code value, 1 = diffuse white."""
    code = np.linspace(0, 1, LEVELS)
    if dynamic == "pq":
        m1, m2, c1, c2, c3 = 0.1593017578125, 78.84375, 0.8359375, 18.8515625, 18.6875
        power = code ** (1 / m2)
        nits = 10000 * (np.maximum(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1)
    else:
        a, b, c = 0.17883277, 0.28466892, 0.55991073
        scene = np.where(code <= 0.5, code**2 / 3, (np.exp((code - c) / a) + b) / 12)
        nits = PEAK * scene**1.2
    return (np.minimum(nits, PEAK) / DIFFUSE_WHITE).astype(np.float32)


@lru_cache
def _to_code() -> NDArray[np.uint8]:
    """8-bit BT.709 code value for each level of light, through the inverse of the display's gamma of 2.4 (BT.1886)."""
    return np.round(255 * np.linspace(0, 1, LEVELS) ** (1 / 2.4)).astype(np.uint8)
