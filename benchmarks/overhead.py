"""What Dagster and the process cost beside the work, as multiples of ``python -c "import dagster"``.

``python -m benchmarks.overhead [RUNS] [FILE]``. Measured by turns: importing Dagster, a render with everything cached,
and a cold render on an existing home and on an empty one. The overhead of a cold render is the wall time of the process
in which no stage works; stages may overlap.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from statistics import median
from typing import Any

from pytoon_pipeline_tests.harness.machine import machine, spread

SAMPLE = Path(__file__).parents[1] / "samples" / "talk.mp4"
RENDER = ("-m", "pytoon_pipeline.cli.main", "render")
# What makes a home that exists already: everything but the videos and what was computed for them.
OF_VIDEOS = ("store", "outbox", "catalog.sqlite", "catalog.sqlite-wal", "catalog.sqlite-shm")


def timed(home: Path, *arguments: str) -> tuple[float, str]:
    """The seconds that Python takes, and what it prints."""
    environment = {"PYTOON_TRANSCRIBER": "pocketsphinx", **os.environ, "PYTOON_HOME": str(home)}
    began = time.perf_counter()
    done = subprocess.run([sys.executable, *arguments], check=True, capture_output=True, text=True, env=environment)
    return time.perf_counter() - began, done.stdout


def working_seconds(stages: Iterable[Mapping[str, Any]]) -> float:
    """The time in which at least one stage works, in seconds."""
    total = reached = 0.0
    for start, end in sorted((one["started_at"], one["started_at"] + one["seconds"]) for one in stages):
        total += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return total


def cold_overhead(home: Path, clip: Path) -> float:
    """The seconds of a cold render in which no stage works."""
    seconds, printed = timed(home, *RENDER, str(clip), "--json")
    stages = json.loads(printed)["stages"]
    assert {stage["status"] for stage in stages} == {"computed"}
    return seconds - working_seconds(stages)


def without_videos(home: Path) -> None:
    for name in OF_VIDEOS:
        path = home / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    clip = Path(sys.argv[2]) if len(sys.argv) > 2 else SAMPLE
    found: dict[str, list[float]] = {
        "import_dagster": [],
        "cached": [],
        "cold_existing_home": [],
        "cold_empty_home": [],
    }
    with tempfile.TemporaryDirectory() as folder:
        homes = Path(folder)
        cold_overhead(homes / "known", clip)
        shutil.copytree(homes / "known", homes / "existing")
        timed(homes, "-c", "import dagster")
        for number in range(runs):
            found["import_dagster"].append(timed(homes, "-c", "import dagster")[0])
            found["cached"].append(timed(homes / "known", *RENDER, str(clip), "--json")[0])
            without_videos(homes / "existing")
            found["cold_existing_home"].append(cold_overhead(homes / "existing", clip))
            found["cold_empty_home"].append(cold_overhead(homes / f"empty-{number}", clip))
    unit = median(found.pop("import_dagster"))
    print(json.dumps({
        "import_dagster_seconds": round(unit, 3),
        "times_import_dagster": {name: spread([one / unit for one in seconds]) for name, seconds in found.items()},
        "machine": machine(),
    }, indent=2))  # fmt: skip


if __name__ == "__main__":
    main()
