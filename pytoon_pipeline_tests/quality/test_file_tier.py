"""Checks of the file: format, and damage in the middle."""

from pathlib import Path

import numpy as np
import pytest

from pytoon_pipeline_tests.harness.finished_video import finished, found, report, spec


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ({"size": "720x1280"}, "size"),
        ({"codec": ()}, "index"),
        ({"codec": ("-pix_fmt", "yuv444p", "-movflags", "+faststart")}, "pixel format"),
        ({"codec": ("-ac", "1", "-movflags", "+faststart")}, "channels"),
        ({"codec": ("-ar", "44100", "-movflags", "+faststart")}, "sample rate"),
        ({"codec": ("-an", "-movflags", "+faststart")}, "audio codec"),
    ],
)
def test_a_wrong_format_is_found(tmp_path: Path, arguments: dict, what: str) -> None:
    assert what in found(finished(tmp_path / "v.mp4", **arguments), "format").message


def test_damage_in_the_middle_is_found(tmp_path: Path) -> None:
    data = bytearray(finished(tmp_path / "v.mp4").read_bytes())
    start = data.find(b"mdat")
    rng = np.random.default_rng(0)
    for at in rng.integers(start + 2000, len(data) - 1000, 400):
        data[at] ^= 0xFF
    damaged = tmp_path / "damaged.mp4"
    damaged.write_bytes(data)
    assert report(damaged, spec()).verdict == "fail"
