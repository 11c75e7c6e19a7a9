"""What this machine can do at once."""

import os
from dataclasses import dataclass
from pathlib import Path

from pytoon_pipeline.settings import Settings

# A run holds its frames, its encoders and perhaps a recogniser; measured 0.65 GB without Whisper.
RUN_BYTES = 2 << 30
GPUS = Path("/proc/driver/nvidia/gpus")


@dataclass(frozen=True)
class Capacity:
    """``runs`` at once; of these, so many that encode and so many that recognise speech at the same time.

    While one run renders, others look and listen: half of them encode, so that each has some processors.
    """

    processors: int
    runs: int
    encoders: int
    transcribers: int

    @classmethod
    def of_machine(cls) -> "Capacity":
        """From processors, memory and GPUs; ``PYTOON_RUNS`` sets the number of runs."""
        return plan(processors(), _memory(), _gpus(), Settings.load().runs)

    def threads(self, active: int) -> int:
        """Threads for one run's work when ``active`` runs are at it, as far as they may encode at once."""
        return max(1, self.processors // max(1, min(active, self.encoders)))


def plan(processors: int, memory: int, gpus: int, runs: int | None = None) -> Capacity:
    """The capacity of a machine with ``memory`` bytes. With GPUs, each recognises for one run at a time."""
    most = max(1, memory // RUN_BYTES)
    runs = max(1, runs) if runs is not None else min(max(2, processors // 2), most)
    half = max(1, runs // 2)
    return Capacity(processors, runs, half, min(gpus, runs) or half)


def processors() -> int:
    """Processors that this process may use; where the system cannot tell, all there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _memory() -> int:
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _gpus() -> int:
    return len(list(GPUS.iterdir())) if GPUS.is_dir() else 0
