"""A code location with a job whose only step lasts until it is told to end, or is stopped."""

import os
import time
from pathlib import Path

import dagster as dg


@dg.op(config_schema={"folder": str})
def wait(context: dg.OpExecutionContext) -> None:
    """Writes the number of its process to ``began`` in the folder; ends when ``end`` is there."""
    folder = Path(context.op_config["folder"])
    (folder / "began.tmp").write_text(str(os.getpid()))
    (folder / "began.tmp").rename(folder / "began")
    while not (folder / "end").exists():
        time.sleep(0.02)


@dg.job(executor_def=dg.in_process_executor)
def waiting() -> None:
    wait()
