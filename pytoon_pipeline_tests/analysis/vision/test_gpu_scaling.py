"""Scaling with torch: the pictures that libav's scaler makes of the same frames when it is accurate, to one level."""

from pathlib import Path

import av
import numpy as np
import pytest
from av.video.reformatter import Interpolation

from pytoon_pipeline.analysis.vision.gpu_scaling import scale
from pytoon_pipeline_tests.harness import media


def first_frame(path: Path) -> av.VideoFrame:
    with av.open(str(path)) as container:
        return next(container.decode(video=0))


def differences(frame: av.VideoFrame, form: str, size: tuple[int, int], left: bool = True) -> np.ndarray:
    found = scale(frame.reformat(format=form), *size, left).numpy()
    assert found.shape == (size[1], size[0], 3)
    accurate = Interpolation.AREA | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT
    wanted = frame.reformat(width=size[0], height=size[1], format="bgr24", interpolation=accurate, threads=1)
    return np.abs(found.astype(int) - wanted.to_ndarray())


@pytest.mark.parametrize("size", [(480, 270), (64, 36), (101, 57)])
def test_pictures_are_those_of_libav(size: tuple[int, int]) -> None:
    difference = differences(first_frame(media.SAMPLE), "nv12", size)
    assert difference.max() <= 1
    assert difference.mean() < 0.02


def test_ten_bits_are_read_in_levels_of_eight() -> None:
    difference = differences(first_frame(media.SAMPLE), "p010le", (480, 270))
    assert difference.max() <= 2
    assert difference.mean() < 0.3


def test_colour_between_two_columns_is_read_there() -> None:
    """As in frames that do not say where it lies."""
    planes = first_frame(media.SAMPLE).to_ndarray(format="yuv420p")
    frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
    assert differences(frame, "nv12", (320, 180), left=False).max() <= 1
    assert differences(frame, "nv12", (320, 180), left=True).max() > 1


@pytest.mark.parametrize(
    "tags",
    [
        ("-colorspace", "bt709", "-color_range", "tv"),
        ("-colorspace", "smpte170m", "-color_range", "tv"),
        ("-colorspace", "bt709", "-color_range", "pc"),
    ],
)
def test_colours_are_read_as_the_stream_says(tags: tuple[str, ...], tmp_path: Path) -> None:
    path = media.video(tmp_path / "v.mp4", 1, "320x180", "25", False, *tags)
    difference = differences(first_frame(path), "nv12", (160, 90))
    assert np.percentile(difference, 99) <= 1
    assert difference.mean() < 0.1


def test_a_picture_may_become_larger() -> None:
    """As chroma does in sources that are as small as the samples."""
    frame = first_frame(media.SAMPLE).reformat(width=320, height=180)
    assert differences(frame, "nv12", (320, 180)).max() <= 1
