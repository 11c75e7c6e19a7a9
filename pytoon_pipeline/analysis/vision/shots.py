"""Scene cuts, and where the source itself is static or black."""

from collections.abc import Iterable

import numpy as np

from pytoon_pipeline.analysis.vision.small_frames import Image
from pytoon_pipeline.contracts.analysis import Shots
from pytoon_pipeline.contracts.time import TimeRange, runs

MIN_SHOT_SECONDS = 0.5
# Levels of 255 in a thumb: compression moves pixels this far where nothing moves.
STATIC_DIFFERENCE = 2
BLACK_LEVEL = 28


def find(frames: Iterable[tuple[float, Image]], rate: float) -> Shots:
    """Cuts by PySceneDetect's adaptive detector over ``(seconds, BGR thumb)`` of all frames, ``rate`` per second."""
    from scenedetect import AdaptiveDetector, FrameTimecode

    detector = AdaptiveDetector(
        adaptive_threshold=3.0,
        min_content_val=15.0,
        min_scene_len=max(1, round(rate * MIN_SHOT_SECONDS)),
    )
    times: list[float] = []
    static: list[bool] = []
    black: list[bool] = []
    cuts: list[int] = []
    previous: Image | None = None
    for index, (time, thumb) in enumerate(frames):
        cuts += [cut.frame_num for cut in detector.process_frame(FrameTimecode(index, float(rate)), thumb)]
        times.append(time)
        static.append(previous is not None and _alike(previous, thumb))
        black.append(int(np.percentile(thumb, 98)) <= BLACK_LEVEL)
        previous = thumb
    cuts += [cut.frame_num for cut in detector.post_process(FrameTimecode(len(times), float(rate)))]
    return Shots(
        cuts=tuple(times[cut] for cut in sorted(set(cuts)) if 0 < cut < len(times)),
        static=_ranges(times, static, rate),
        black=_ranges(times, black, rate),
    )


def _alike(a: Image, b: Image) -> bool:
    return int(np.abs(a.astype(np.int16) - b).max()) <= STATIC_DIFFERENCE


def _ranges(times: list[float], flags: list[bool], rate: float) -> tuple[TimeRange, ...]:
    return tuple(
        TimeRange(start=round(times[first], 4), end=round(times[end - 1] + 1 / rate, 4)) for first, end in runs(flags)
    )
