"""The cost of quality control: measuring while rendering, checking an own video, checking a foreign one.

``python -m benchmarks.quality [RUNS]``.
"""

import json
import statistics
import sys
import time
from pathlib import Path
from unittest.mock import patch

from benchmarks.render import rendered
from pytoon_pipeline.analysis.vision.sampling import sample
from pytoon_pipeline.config.presets import limit_sources, load_limits
from pytoon_pipeline.media.frame_stats import FrameStats, FrameStatsCollector
from pytoon_pipeline.media.loudness import Loudness
from pytoon_pipeline.quality.inspection import DeliveredParts
from pytoon_pipeline.quality.references import Reference, References
from pytoon_pipeline.quality.verdict import check_video
from pytoon_pipeline.rendering import concat, contact_sheet, stages
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness.encode_floor import in_memory
from pytoon_pipeline_tests.harness.machine import machine, spread
from pytoon_pipeline_tests.harness.timelines import footage

SECONDS = 60.0


def timed(check: object, *arguments: object) -> float:
    began = time.perf_counter()
    check(*arguments)  # type: ignore[operator]
    return time.perf_counter() - began


def measure(folder: Path, runs: int) -> dict[str, object]:
    line = footage(folder, SECONDS)
    store = Store(folder / "store", folder / "work")
    done = stages.render_segments(store, line.spec, line.sources, lambda ready, total: None)
    sound = stages.mix_audio(store, line.spec, {}).artifact
    segments = [store.path(one.artifact.files["video"]) for one in done]
    video = folder / "video.mp4"
    joined = concat.join(line.spec, segments, store.path(sound.files["audio"]), video)
    quiet = Loudness(-70.0, -120.0)
    parts = DeliveredParts(
        joined.video_packets_sha256, joined.audio_packets_sha256, store.path(sound.files["audio"]), quiet
    )
    limits, sources = load_limits(), limit_sources()
    known = {}
    for item, source in line.sources.items():
        (folder / item).mkdir()
        known[item] = Reference(sample(source.path, source.info.video, limits, folder / item))

    def own(against_plan: bool = True) -> None:
        trace = FrameStats.joined(FrameStats.load(store.path(one.artifact.files["frame_stats"])) for one in done)
        sheets = [store.path(one.artifact.files["contact_sheet"]) for one in done] if against_plan else []
        pictures = contact_sheet.read(line.spec, sheets) if sheets else None
        references = References(known) if against_plan else None
        check_video(video, limits, sources, line.spec, True, parts, trace, None, pictures, references)

    inside, alone = ([timed(own, plan) for _ in range(runs)] for plan in (True, False))
    foreign = [timed(check_video, video, limits, sources) for _ in range(runs)]
    return {
        "seconds_of_video": SECONDS,
        "inside_the_pipeline_seconds": spread(inside),
        "of_that_against_the_plan": round(statistics.median(inside) - statistics.median(alone), 3),
        "foreign_seconds": spread(foreign),
        "foreign_times_real_time": round(SECONDS / statistics.median(foreign), 1),
    }


def tap(folder: Path, runs: int) -> dict[str, object]:
    """A render with and without measuring, in turn."""
    line = footage(folder, 10.0)
    ratios = []
    for run in range(runs + 1):
        seconds, _ = rendered(line, folder / f"with-{run}")
        with patch.object(FrameStatsCollector, "add", lambda self, y, u, v: None):
            plain, _ = rendered(line, folder / f"without-{run}")
        if run:
            ratios.append(seconds / plain)
    return {"render_with_tap_over_without": spread(ratios)}


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with in_memory() as folder:
        result = measure(folder, runs)
    with in_memory() as folder:
        result |= tap(folder, runs)
    print(json.dumps(result | {"machine": machine()}, indent=2))


if __name__ == "__main__":
    main()
