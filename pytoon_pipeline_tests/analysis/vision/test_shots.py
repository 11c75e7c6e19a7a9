"""Shot boundaries, static ranges and black ranges."""

from pathlib import Path

import pytest

from pytoon_pipeline.analysis.vision import shots
from pytoon_pipeline_tests.harness import media
from pytoon_pipeline_tests.harness.sampling import sampled


def test_cuts_are_found_to_the_frame(tmp_path: Path) -> None:
    path = tmp_path / "v.mp4"
    media.run(
        "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=2",
        "-f", "lavfi", "-i", "mandelbrot=size=320x180:rate=25",
        "-f", "lavfi", "-i", "color=black:size=320x180:rate=25",
        "-filter_complex", "[1]trim=duration=1.6[b];[2]trim=duration=1[c];[0][b][c]concat=n=3,format=yuv420p",
        str(path),
    )  # fmt: skip
    found = shots.find(sampled(path, tmp_path).every_frame(), 25)
    assert found.cuts == pytest.approx((2.0, 3.6), abs=0.001)
    assert [(round(r.start, 2), round(r.end, 2)) for r in found.black] == [(3.6, 4.6)]
    assert found.static[-1].end == pytest.approx(4.6)
