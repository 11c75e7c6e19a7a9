"""The level of H.264: what the encoder writes into the file."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.media.encoder import PICTURE
from pytoon_pipeline.media.h264_level import level_of
from pytoon_pipeline.quality.file_facts import file_facts
from pytoon_pipeline.rendering.segments import encode
from pytoon_pipeline.rendering.yuva import YuvaImage

SIZES = [
    (720, 1280, 30, 3.1), (720, 720, 60, 3.2), (1080, 1920, 30, 4.0), (1920, 1080, 60, 4.2), (1440, 2560, 30, 5.0),
    (2160, 3840, 30, 5.1), (3840, 2160, 60, 5.2),
]  # fmt: skip


@pytest.mark.parametrize(("width", "height", "rate", "level"), SIZES)
def test_the_level_is_that_of_the_file(width: int, height: int, rate: int, level: float, tmp_path: Path) -> None:
    assert level_of(width, height, Fraction(rate)).number == level
    out = tmp_path / "out.mp4"
    grey = YuvaImage(*(np.full((height // n, width // n), 128, np.uint8) for n in (1, 2, 2)))
    encode([grey], (width, height), FrameRate(numerator=rate), PICTURE, out)
    assert file_facts(out).level == level


def test_frames_beyond_all_levels_have_the_highest() -> None:
    assert level_of(8192, 8192, Fraction(60)).number == 5.2
