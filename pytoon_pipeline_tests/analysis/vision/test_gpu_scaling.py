"""Scaling with torch: the pictures that libav's scaler makes of the same frames when it is accurate, bit for bit."""

from functools import cache
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.reformatter import Interpolation
from hypothesis import given, settings
from hypothesis import strategies as st

from pytoon_pipeline.analysis.vision.gpu_scaling import scale
from pytoon_pipeline_tests.harness import media

ACCURATE = Interpolation.AREA | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT


@cache
def sample_frame() -> av.VideoFrame:
    """The first frame of a talk, which says that its chroma lies on the left."""
    return first_frame(media.SAMPLE)


def first_frame(path: Path) -> av.VideoFrame:
    with av.open(str(path)) as container:
        return next(container.decode(video=0))


def largest_difference(frame: av.VideoFrame, form: str, size: tuple[int, int], left: bool = True) -> int:
    """In levels, between the picture that torch makes of two planes, and libav of the three it decodes."""
    found = scale(frame.reformat(format=form), *size, left).numpy()
    wanted = frame.reformat(width=size[0], height=size[1], format="bgr24", interpolation=ACCURATE, threads=1)
    assert found.shape == (size[1], size[0], 3)
    return int(np.abs(found.astype(int) - wanted.to_ndarray()).max())


@pytest.mark.parametrize("source", [(1920, 1080), (1080, 1920), (3840, 2160), (960, 540), (482, 272), (320, 180)])
@pytest.mark.parametrize("side", [480, 64])
def test_pictures_are_those_of_libav(source: tuple[int, int], side: int) -> None:
    """Smaller ones, those of the same size, and chroma, which then becomes larger."""
    share = min(1.0, side / max(source))
    size = round(source[0] * share), round(source[1] * share)
    frame = sample_frame().reformat(width=source[0], height=source[1])
    assert largest_difference(frame, "nv12", size) == 0


@given(
    st.integers(24, 200).map(lambda half: 2 * half), st.integers(24, 200).map(lambda half: 2 * half), st.integers(8, 64)
)
@settings(max_examples=60, deadline=None)
def test_any_size_gives_the_pictures_of_libav(width: int, height: int, side: int) -> None:
    share = side / max(width, height)
    size = max(2, round(width * share)), max(2, round(height * share))
    assert largest_difference(sample_frame().reformat(width=width, height=height), "nv12", size) == 0


@pytest.mark.parametrize("size", [(480, 270), (64, 36)])
def test_ten_bits_lose_nothing(size: tuple[int, int]) -> None:
    assert largest_difference(sample_frame().reformat(format="yuv420p10le"), "p010le", size) == 0


def test_colour_between_two_columns_is_read_there() -> None:
    """As in frames that do not say where it lies."""
    frame = av.VideoFrame.from_ndarray(sample_frame().to_ndarray(format="yuv420p"), format="yuv420p")
    assert largest_difference(frame, "nv12", (320, 180), left=False) == 0
    assert largest_difference(frame, "nv12", (320, 180), left=True) > 1


@pytest.mark.parametrize("matrix", ["bt709", "smpte170m", "fcc", "smpte240m", "bt2020nc"])
@pytest.mark.parametrize("levels", ["tv", "pc"])
def test_colours_are_read_as_the_stream_says(matrix: str, levels: str, tmp_path: Path) -> None:
    path = media.video(tmp_path / "v.mp4", 1, "320x180", "25", False, "-colorspace", matrix, "-color_range", levels)
    assert largest_difference(first_frame(path), "nv12", (160, 90)) == 0
