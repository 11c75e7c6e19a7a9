"""How long ``pytoon status`` takes with many uploads: the whole command, from its start to its end.

``python -m benchmarks.status --uploads 10000`` makes a home with so many uploads in all states, each finished one with
its video, two versions, notes and attempts, and runs the command a few times.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from pytoon_pipeline_tests.harness.daemon_harness import home_at
from pytoon_pipeline_tests.harness.machine import machine, spread
from pytoon_pipeline_tests.harness.many_uploads import fill

COMMANDS = {
    "plain": ("status",),
    "json": ("status", "--json"),
    "all": ("status", "--all"),
    "one": ("status", "offer-7"),
    "help": ("--help",),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--uploads", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pytoon-status-") as name:
        home = home_at(Path(name) / "home")
        fill(home, options.uploads)
        env = {**os.environ, "PYTOON_HOME": str(home.root)}
        seconds = {label: [run(command, env) for _ in range(options.runs)] for label, command in COMMANDS.items()}
    print(json.dumps({
        "benchmark": "status", "uploads": options.uploads, "machine": machine(),
        **{f"{label}_seconds": spread(taken) for label, taken in seconds.items()},
    }))  # fmt: skip


def run(command: Sequence[str], env: dict[str, str]) -> float:
    """The wall time of one command."""
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "pytoon_pipeline.cli.main", *command], check=True, env=env, stdout=subprocess.DEVNULL
    )
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
