"""Loudness and true peak as ITU-R BS.1770 defines them, measured by ffmpeg's ebur128 filter."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.media import ffmpeg

# What the meter gives for digital silence.
FLOOR_LUFS = -70.0
FLOOR_DBTP = -120.0


@dataclass(frozen=True)
class Loudness:
    """Integrated loudness in LUFS and true peak in dBTP, both with a floor instead of minus infinity."""

    integrated: float
    true_peak: float


def of_file(path: Path) -> Loudness:
    """Measures the first sound stream of a file, decoded."""
    return _measure(["-i", str(path), "-map", "0:a:0"])


def integrated(path: Path) -> float:
    """Integrated loudness of a file's sound in LUFS, without the costlier true peak."""
    return _measure(["-i", str(path), "-map", "0:a:0"], peak="none").integrated


def of_samples(samples: NDArray[np.float32], rate: int) -> Loudness:
    """Measures stereo samples, shape (n, 2), full scale ±1."""
    if not len(samples):
        return Loudness(FLOOR_LUFS, FLOOR_DBTP)
    source = ["-f", "f32le", "-ar", str(rate), "-ac", "2", "-i", "-"]
    return _measure(source, np.ascontiguousarray(samples).tobytes())


def _measure(source: Sequence[str], data: bytes | None = None, peak: str = "true") -> Loudness:
    _, said = ffmpeg.run([*source, "-vn", "-af", f"ebur128=peak={peak}:framelog=quiet", "-f", "null", "-"], data)
    summary = said[said.rfind("Summary:") :]
    return Loudness(
        _figure(r"I:\s+(\S+) LUFS", summary, FLOOR_LUFS),
        _figure(r"Peak:\s+(\S+) dBFS", summary, FLOOR_DBTP),
    )


def _figure(pattern: str, text: str, floor: float) -> float:
    found = re.search(pattern, text)
    value = float(found.group(1)) if found else floor
    return max(floor, value) if value == value else floor
