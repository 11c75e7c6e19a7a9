"""The machine on which a figure was measured."""

import os
import platform
import statistics
from collections.abc import Sequence
from importlib.metadata import version

PACKAGES = ("pytoon-pipeline", "dagster", "av", "opencv-contrib-python", "imageio-ffmpeg")


def machine() -> dict[str, object]:
    return {
        "processor": platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
    }


def spread(values: Sequence[float]) -> dict[str, float]:
    """Minimum, median and maximum of several runs."""
    return {
        "min": round(min(values), 4),
        "median": round(statistics.median(values), 4),
        "max": round(max(values), 4),
    }
