"""Cold rendering of whole plans as multiples of the encode floor, side by side in one run.

``python -m benchmarks.render [RUNS]``. The floor is the faster of one encode with x264's own threads and of two halves
at once with one thread each, over the same decoded frames in memory.
"""

import json
import statistics
import sys
import time
from pathlib import Path

from pytoon_pipeline.media.encoder import PICTURE
from pytoon_pipeline.rendering import concat, stages
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness.encode_floor import decoded, floor, in_memory
from pytoon_pipeline_tests.harness.machine import machine, spread
from pytoon_pipeline_tests.harness.timelines import Timeline, footage, stills


def rendered(line: Timeline, folder: Path) -> tuple[float, list[Path]]:
    """Seconds that all segments take in an empty store, and their files."""
    store = Store(folder / "store", folder / "work")
    began = time.perf_counter()
    done = stages.render_segments(store, line.spec, line.sources, lambda ready, total: None)
    seconds = time.perf_counter() - began
    return seconds, [store.path(one.artifact.files["video"]) for one in done]


def measure(line: Timeline, folder: Path, runs: int) -> dict[str, object]:
    store = Store(folder / "sound", folder / "work")
    quiet = store.path(stages.mix_audio(store, line.spec, {}).artifact.files["audio"])
    _, files = rendered(line, folder / "first")
    video, raw = folder / "video.mp4", folder / "raw.yuv"
    concat.join(line.spec, files, quiet, video)
    frames = decoded(video, raw)
    assert frames == line.spec.frames
    ratios, floors, ours = [], [], []
    for run in range(runs):
        least = min(floor(raw, frames))
        seconds, _ = rendered(line, folder / f"run-{run}")
        floors.append(least)
        ours.append(seconds)
        ratios.append(seconds / least)
    raw.unlink()
    return {
        "frames": frames,
        "segments": len(line.spec.segments),
        "floor_seconds": spread(floors),
        "render_seconds": spread(ours),
        "render_over_floor": spread(ratios),
        "times_real_time": round(frames / 30 / statistics.median(ours), 2),
    }


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    result: dict[str, object] = {}
    for name, make in (("stills", stills), ("footage", footage)):
        with in_memory() as folder:
            result[name] = measure(make(folder), folder, runs)
    print(json.dumps(result | {"encoder": PICTURE.model_dump(mode="json"), "machine": machine()}, indent=2))


if __name__ == "__main__":
    main()
