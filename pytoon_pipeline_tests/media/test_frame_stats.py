"""Statistics of frames: what is written is what is read."""

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from pytoon_pipeline.media.frame_stats import COLUMNS, ROWS, FrameStats, FrameStatsCollector


@pytest.mark.parametrize("frames", [1, 3])
def test_a_file_has_the_same_measures_in_the_same_types(tmp_path: Path, frames: int) -> None:
    random, collector = np.random.default_rng(5), FrameStatsCollector()
    for _ in range(frames):
        y = random.integers(16, 236, (320, 180), np.uint8)
        collector.add(y, y[::2, ::2].copy(), y[1::2, 1::2].copy())
    measured = collector.done()
    measured.save(tmp_path / "stats.arrow")
    read = FrameStats.load(tmp_path / "stats.arrow")
    for field in fields(FrameStats):
        before, after = getattr(measured, field.name), getattr(read, field.name)
        assert (after.dtype, after.shape) == (before.dtype, before.shape)
        np.testing.assert_array_equal(after, before)
    joined = FrameStats.joined([read, read])
    assert joined.blocks.shape == (2 * frames, ROWS, COLUMNS, 3)
    assert len(joined.at(slice(1, None))) == 2 * frames - 1
