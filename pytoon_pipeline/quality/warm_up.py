"""Compiles what rendering and checking a video compute with, so that the first one does not wait for it."""

import numpy as np

from pytoon_pipeline.media.frame_stats import FrameStatsCollector
from pytoon_pipeline.quality.flashes import find_flashes
from pytoon_pipeline.rendering import warm_up as rendering

RATE, SIDE = 30, 64
# Luma of limited range.
BLACK, WHITE = 16, 235


def compile_kernels() -> None:
    """Returns when all kernels are compiled. It takes some seconds the first time, and less than one later."""
    rendering.compile_kernels()
    flashing = FrameStatsCollector()
    grey = np.full((SIDE // 2, SIDE // 2), 128, np.uint8)
    # Transitions are followed only in frames that change enough, and only where there are three.
    for luma in (BLACK, WHITE, BLACK):
        flashing.add(np.full((SIDE, SIDE), luma, np.uint8), grey, grey)
    find_flashes(flashing.done(), RATE, per_second=3, sustained=(2, 5))
