"""The overhead of Dagster and the process: loading, a run beyond its stages, and a run with everything cached.

``python -m benchmarks.overhead [RUNS]``
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pytoon_pipeline_tests.harness.machine import machine, spread

SAMPLE = Path(__file__).parents[1] / "samples" / "talk.mp4"

LOAD = "import pytoon_pipeline.definitions"
# Runs the graph twice in one process and prints, for each, the run's wall time less the sum of its stages.
RUN = """
import sys, time
from pathlib import Path
from pytoon_pipeline.definitions import defs
from pytoon_pipeline.defs.jobs import COMPILE
from pytoon_pipeline.defs.running import compile_upload, instance
from pytoon_pipeline.intake.ingest import ingest
from pytoon_pipeline.intake.uploads import read_upload
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.store import Store
home = Home.locate()
upload, _ = ingest(home, Store(home.store, home.work), read_upload(Path(sys.argv[1])), pending=False)
job = defs().resolve_job_def(COMPILE)
with instance(home) as opened:
    began = time.perf_counter()
    outcome = compile_upload(job, opened, home, upload.key)
    wall = time.perf_counter() - began
assert outcome.error is None, outcome.error
print(wall - sum(facts["seconds"] for facts in outcome.assets.values()))
"""


def timed(*arguments: str) -> tuple[float, str]:
    began = time.perf_counter()
    done = subprocess.run([sys.executable, *arguments], check=True, capture_output=True, text=True)
    return time.perf_counter() - began, done.stdout


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PYTOON_HOME"] = str(Path(folder) / "home")
        os.environ.setdefault("PYTOON_TRANSCRIBER", "pocketsphinx")
        timed("-c", LOAD)
        nothing = [timed("-c", "pass")[0] for _ in range(runs)]
        load = [timed("-c", LOAD)[0] for _ in range(runs)]
        cold = float(timed("-c", RUN, str(SAMPLE))[1])
        own = [float(timed("-c", RUN, str(SAMPLE))[1]) for _ in range(runs)]
        render = ("-m", "pytoon_pipeline.cli.main", "render", str(SAMPLE), "--json")
        warm = [timed(*render)[0] for _ in range(runs)]
    result = {
        "python_start_seconds": spread(nothing),
        "definitions_process_seconds": spread(load),
        "dagster_cost_cold_run_seconds": round(cold, 3),
        "dagster_cost_cached_run_seconds": spread(own),
        "cached_process_seconds": spread(warm),
        "machine": machine(),
    }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
