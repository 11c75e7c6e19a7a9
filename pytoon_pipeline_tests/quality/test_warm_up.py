"""Compiling kernels before the first check."""

import subprocess
import sys
from pathlib import Path

CHECKED_AFTER = """
import sys
from pathlib import Path
import numpy as np
from numba.core.dispatcher import Dispatcher
from pytoon_pipeline.media import blocks, stripes
from pytoon_pipeline.media.frame_stats import FrameStats, FrameStatsCollector
from pytoon_pipeline.quality import flashes
from pytoon_pipeline.quality.warm_up import compile_kernels

def compiled():
    kernels = [one for module in (blocks, stripes, flashes) for one in vars(module).values()]
    return {one.py_func.__qualname__: set(one.signatures) for one in kernels if isinstance(one, Dispatcher)}

compile_kernels()
before = compiled()
collector = FrameStatsCollector()
# Saturated red and white in turns: flashes of both kinds.
for n in range(30):
    planes = (81, 90, 240) if n % 2 else (235, 128, 128)
    collector.add(*(np.full((480 >> (k > 0), 270 >> (k > 0)), value, np.uint8) for k, value in enumerate(planes)))
measured = collector.done()
measured.save(Path(sys.argv[1]))
# As measured in a file, and as stored with the segments of a video.
for stats in (measured, FrameStats.joined([FrameStats.load(Path(sys.argv[1]))] * 2)):
    assert {one.kind for one in flashes.find_flashes(stats, 30, 3, (2, 5))} == {"general", "red"}
assert before["_follow"]
print({name: kinds - before[name] for name, kinds in compiled().items() if kinds - before[name]})
"""


def test_nothing_is_left_to_compile_when_a_video_is_checked(tmp_path: Path) -> None:
    command = [sys.executable, "-c", CHECKED_AFTER, str(tmp_path / "stats.npz")]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "{}"
