"""Each stage of a cold job on one talk, as a multiple of real time and as a share of the whole. Analyses overlap: their
seconds together are those from the start of the first to the end of the last.

``python -m benchmarks.analysis [FILE]``; the sample of the repository by default.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.overhead import working_seconds
from pytoon_pipeline.analysis.registry import ANALYSES as REGISTERED
from pytoon_pipeline.media.probing import probe
from pytoon_pipeline_tests.harness.machine import machine
from pytoon_pipeline_tests.harness.timelines import SAMPLE

ANALYSES = {analysis.stage.name for analysis in REGISTERED}


def main() -> None:
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLE
    seconds = probe(path).seconds
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(os.environ, PYTOON_HOME=str(Path(folder) / "home"), PYTOON_TRANSCRIBER="pocketsphinx")
        began = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "pytoon_pipeline.cli.main", "render", str(path), "--json"],
            env=environment, check=True, capture_output=True, text=True,
        )  # fmt: skip
        wall = time.perf_counter() - began
    result = json.loads(done.stdout)
    assert result["status"] == "completed"
    stages = {stage["name"]: stage["seconds"] for stage in result["stages"]}
    analyses = [stage for stage in result["stages"] if stage["name"] in ANALYSES]
    starts = [stage["started_at"] for stage in analyses]
    ends = [stage["started_at"] + stage["seconds"] for stage in analyses]
    print(json.dumps({
        "source_seconds": round(seconds, 2),
        "wall_seconds": round(wall, 2),
        "share_of_source": round(wall / seconds, 3),
        "stages": {
            name: {"seconds": round(spent, 2), "times_real_time": round(seconds / spent, 1) if spent > 0.01 else None}
            for name, spent in stages.items()
        },
        "analysis_seconds": round(max(ends) - min(starts), 2),
        "outside_stages_seconds": round(wall - working_seconds(result["stages"]), 2),
        "machine": machine(),
    }, indent=2))  # fmt: skip


if __name__ == "__main__":
    main()
