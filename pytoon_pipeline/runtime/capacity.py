"""How many runs this machine can work on at the same time."""

import os
from dataclasses import dataclass

from pytoon_pipeline.runtime.control_group import limits
from pytoon_pipeline.settings import Settings

# The memory of one run: its frames, its encoders and perhaps a transcriber; 0.65 GB measured without Whisper. What its
# encoders do not get: that of libraries and analyses.
RUN_BYTES, OWN_BYTES = 2 << 30, 1 << 29


@dataclass(frozen=True)
class Capacity:
    """``runs`` at the same time; of these, ``encoders`` may encode and ``transcribers`` may transcribe on the CPU.
    Encoders of one run may occupy ``encoding_bytes``.

    While one run renders, others analyse: half of them encode, so that each has several processors.
    """

    processors: int
    runs: int
    encoders: int
    transcribers: int
    encoding_bytes: int = RUN_BYTES - OWN_BYTES

    @classmethod
    def of_machine(cls) -> "Capacity":
        """From processors and memory; ``PYTOON_RUNS`` sets the number of runs."""
        return plan(processors(), _memory(), Settings.load().runs)

    def segments(self, processors: int, needed: int) -> int:
        """How many segments a run encodes at once on ``processors``, when each takes ``needed`` bytes of memory.

        A segment keeps about two processors busy with its own threads; one segment more fills their pauses.
        """
        return max(1, min(processors // 2 + 1, self.encoding_bytes // max(1, needed)))

    def threads(self, active: int) -> int:
        """Threads for one of ``active`` runs: a share of the processors, which at most ``encoders`` runs share."""
        return max(1, self.processors // max(1, min(active, self.encoders)))


def plan(processors: int, memory: int, runs: int | None = None) -> Capacity:
    """The capacity of a machine with ``memory`` bytes."""
    max_runs = max(1, memory // RUN_BYTES)
    runs = max(1, runs) if runs is not None else min(max(2, processors // 2), max_runs)
    half = max(1, runs // 2)
    encoding = (memory - (runs - half) * RUN_BYTES) // half - OWN_BYTES
    return Capacity(processors, runs, half, half, max(encoding, RUN_BYTES - OWN_BYTES))


def processors() -> int:
    """Processors that this process may use: its affinity, and the quota of its container."""
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(available, limits().processors or available)


def _memory() -> int:
    """Bytes that this process may use: the machine's, or its container's where they are fewer."""
    physical = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return min(physical, limits().memory or physical)
