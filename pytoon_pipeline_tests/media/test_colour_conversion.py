"""Conversion to BT.709: every matrix, range, depth and subsampling against the definition in floating point."""

from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytoon_pipeline.media.colour_conversion import BT709, LUMA_WEIGHTS, Coding, convert, rgb_from

SUBSAMPLINGS = [(2, 2), (2, 1), (1, 1)]
codings = st.builds(Coding, st.sampled_from(sorted(LUMA_WEIGHTS)), st.booleans(), st.sampled_from([8, 10, 12]))


def smooth(seed: int, width: int, height: int) -> np.ndarray:
    """A picture of soft colours, R, G and B from 0 to 1."""
    small = np.random.default_rng(seed).uniform(0, 1, (4, 5, 3))
    return np.clip(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), 0, 1)


def planes_of(picture: np.ndarray, coding: Coding) -> list[np.ndarray]:
    """Y, U and V of full size, unrounded (ITU-T H.273)."""
    red, blue = LUMA_WEIGHTS[coding.matrix]
    r, g, b = np.moveaxis(picture, -1, 0)
    y = red * r + (1 - red - blue) * g + blue * b
    (black, luma), (grey, chroma) = coding.luma, coding.chroma
    return [
        black + luma * y,
        grey + chroma * (b - y) / (2 - 2 * blue),
        grey + chroma * (r - y) / (2 - 2 * red),
    ]


def sited(plane: np.ndarray, subsampling: tuple[int, int]) -> np.ndarray:
    """A chroma plane on every other column and between rows."""
    if subsampling[0] == 2:
        plane = cv2.sepFilter2D(plane, cv2.CV_64F, np.array([0.25, 0.5, 0.25]), np.ones(1))[:, ::2]
    return (plane[::2] + plane[1::2]) / 2 if subsampling[1] == 2 else plane


def coded(picture: np.ndarray, coding: Coding, subsampling: tuple[int, int]) -> tuple[Any, Any, Any]:
    y, u, v = planes_of(picture, coding)
    kind, most = (np.uint8 if coding.bits == 8 else np.uint16), 2**coding.bits - 1
    y, u, v = (np.clip(np.round(p), 0, most).astype(kind) for p in (y, sited(u, subsampling), sited(v, subsampling)))
    return y, u, v


@settings(max_examples=60)
@given(st.integers(0, 1 << 30), codings, st.sampled_from(SUBSAMPLINGS))
def test_conversion_matches_the_definition(seed: int, coding: Coding, subsampling: tuple[int, int]) -> None:
    picture = smooth(seed, 128, 96)
    y, u, v = planes_of(picture, BT709)
    expected = (y, sited(u, subsampling), sited(v, subsampling))
    for plane, value in zip(convert(coded(picture, coding, subsampling), coding), expected, strict=True):
        assert plane.dtype == np.uint8
        assert plane.shape == value.shape
        error = plane - value
        # Two roundings, of the source and of the result, and chroma that is interpolated between its samples.
        assert np.abs(error).max() <= 1.5
        # Halves, which every fourth value of 10 bits is, are rounded up.
        assert abs(error.mean()) < 0.2
        assert np.abs(error).mean() <= 0.4


@pytest.mark.parametrize("full_range", [False, True])
@pytest.mark.parametrize("bits", [8, 10, 12])
@pytest.mark.parametrize("matrix", sorted(LUMA_WEIGHTS))
def test_greys_stay_grey(matrix: Any, bits: int, full_range: bool) -> None:
    coding = Coding(matrix, full_range, bits)
    kind = np.uint8 if bits == 8 else np.uint16
    y = np.arange(2**bits, dtype=kind).reshape(2, -1)
    grey = np.full((1, y.shape[1] // 2), 2 ** (bits - 1), kind)
    luma, u, v = convert((y, grey, grey), coding)
    assert set(np.unique(u)) | set(np.unique(v)) == {128}
    black, span = coding.luma
    exact = 16 + 219 * (y.astype(float) - black) / span
    assert np.abs(luma - np.clip(exact, 0, 255)).max() <= 0.5 + 1e-4


def test_bars_are_converted_as_accurately_as_by_swscale() -> None:
    import av
    from av.video.reformatter import ColorRange, Colorspace
    from av.video.reformatter import Interpolation as How

    bars = np.array(np.meshgrid([0.0, 0.75], [0.0, 0.75], [0.0, 0.75])).reshape(3, -1).T
    picture = np.repeat(np.repeat(bars[None], 64, axis=0), 32, axis=1)
    coding = Coding("bt601", full_range=False, bits=8)
    planes = coded(picture, coding, (2, 2))
    frame = av.VideoFrame.from_ndarray(np.concatenate([plane.ravel() for plane in planes]).reshape(96, 256), "yuv420p")
    other = frame.reformat(
        src_colorspace=Colorspace.ITU601, dst_colorspace=Colorspace.ITU709, src_color_range=ColorRange.MPEG,
        dst_color_range=ColorRange.MPEG, format="yuv420p",
        interpolation=How.BICUBIC | How.ACCURATE_RND | How.FULL_CHR_H_INT | How.FULL_CHR_H_INP,
    ).to_ndarray()  # fmt: skip
    theirs = (other[:64], other[64:80].reshape(32, 128), other[80:].reshape(32, 128))
    y, u, v = planes_of(picture, BT709)
    exact = (y, sited(u, (2, 2)), sited(v, (2, 2)))
    for ours, reference, value in zip(convert(planes, coding), theirs, exact, strict=True):
        assert np.abs(ours - value).mean() <= np.abs(reference - value).mean() + 0.02
        # Inside the bars, where the filters of the two do not differ.
        step = 32 * ours.shape[1] // 256
        inside = np.abs(np.arange(ours.shape[1]) % step - step / 2 + 0.5) < step / 4
        assert np.abs(ours[:, inside].astype(int) - reference[:, inside]).max() <= 1


@pytest.mark.parametrize("code", [(180, 40, 220), (60, 220, 200), (230, 90, 190), (40, 60, 60)])
def test_colours_outside_rgb_are_converted_and_not_clipped(code: tuple[int, int, int]) -> None:
    """The result shows the same R, G and B, whatever a display makes of those outside 0..1."""
    coding = Coding("bt601", full_range=False, bits=8)
    y, u, v = code
    rgb = rgb_from("bt601") @ ((y - 16) / 219, (u - 128) / 224, (v - 128) / 224)
    assert rgb.min() < -0.02 or rgb.max() > 1.02
    exact = [float(plane[0, 0]) for plane in planes_of(rgb.reshape(1, 1, 3), BT709)]
    planes = (np.full((8, 8), y, np.uint8), np.full((4, 4), u, np.uint8), np.full((4, 4), v, np.uint8))
    found = [int(plane[2, 2]) for plane in convert(planes, coding)]
    assert found == pytest.approx(exact, abs=0.51)


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (3, 3), (7, 5), (8, 5)])
def test_odd_sizes_are_converted(size: tuple[int, int]) -> None:
    width, height = size
    half = np.full(((height + 1) // 2, (width + 1) // 2), 90, np.uint8)
    y, u, _ = convert((np.full((height, width), 100, np.uint8), half, half), Coding("bt601", False, 8))
    assert (y.shape, u.shape) == ((height, width), half.shape)
    assert len(np.unique(y)) == 1
