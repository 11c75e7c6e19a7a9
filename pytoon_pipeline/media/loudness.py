"""Loudness and true peak as ITU-R BS.1770 defines them, measured by libav's ebur128 filter."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import log10
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.media.container import opened
from pytoon_pipeline.media.decoding import decode_packets, demux
from pytoon_pipeline.media.filters import filtered, frames_of

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame

# What the meter returns for digital silence.
FLOOR_LUFS = -70.0
FLOOR_DBTP = -120.0


@dataclass(frozen=True)
class Loudness:
    """Integrated loudness in LUFS and true peak in dBTP, both with a floor instead of minus infinity."""

    integrated: float
    true_peak: float


def of_file(path: Path) -> Loudness:
    """Measures the first audio stream of a file, decoded."""
    return _measure(_decoded(path))


def integrated(path: Path) -> float:
    """Integrated loudness of a file's audio in LUFS, without the costlier true peak."""
    return _measure(_decoded(path), peak="none").integrated


def integrated_of_samples(blocks: Iterable[NDArray[np.float32]], rate: int) -> float:
    """Integrated loudness in LUFS of blocks of stereo samples, shape (n, 2), full scale ±1."""
    return _measure(frames_of(blocks, rate), peak="none").integrated


def _decoded(path: Path) -> Iterator["AudioFrame"]:
    with opened(path) as container:
        for _, frames in decode_packets(demux(container, container.streams.audio[0])):
            yield from frames or ()


def _measure(frames: Iterable["AudioFrame"], peak: str = "true") -> Loudness:
    # The meter reports at the end of every whole tenth of a second: silence after the end makes it report the last.
    meter = (("apad", "pad_dur=0.1"), ("ebur128", f"peak={peak}:metadata=1:framelog=quiet"))
    before: dict[str, str] = {}
    last: dict[str, str] = {}
    for frame in filtered(frames, *meter):
        if report := frame.metadata:
            before, last = last, report
    loudness = float(before.get("lavfi.r128.I", FLOOR_LUFS))
    highest = float(last.get("lavfi.r128.true_peak", 0))
    return Loudness(
        max(FLOOR_LUFS, loudness) if loudness == loudness else FLOOR_LUFS,
        max(FLOOR_DBTP, round(20 * log10(highest), 2)) if highest > 0 else FLOOR_DBTP,
    )
