"""What a piece of work costs: seconds on the clock, and seconds of processor time."""

import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pytoon_pipeline_tests.harness.machine import spread


@dataclass(frozen=True)
class Cost:
    """Seconds on the clock, and processor seconds of this process and its children (user and system)."""

    wall: float
    cpu: float

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.wall + other.wall, self.cpu + other.cpu)


def cost_of(work: Callable[[], Any]) -> Cost:
    """The cost of one call. Children count once they have ended and were waited for."""
    cpu, wall = _processor_seconds(), time.perf_counter()
    work()
    return Cost(time.perf_counter() - wall, _processor_seconds() - cpu)


def cheapest(costs: Sequence[Cost]) -> Cost:
    """The least time on the clock and the least processor time among ``costs``, each on its own."""
    return Cost(min(one.wall for one in costs), min(one.cpu for one in costs))


def spreads(costs: Sequence[Cost]) -> dict[str, dict[str, float]]:
    """Minimum, median and maximum of several runs."""
    return {"wall": spread([one.wall for one in costs]), "cpu": spread([one.cpu for one in costs])}


def ratios(costs: Sequence[Cost], bases: Sequence[Cost]) -> dict[str, dict[str, float]]:
    """Minimum, median and maximum of ``costs`` over ``bases``, run by run."""
    pairs = list(zip(costs, bases, strict=True))
    return {
        "wall": spread([one.wall / base.wall for one, base in pairs]),
        "cpu": spread([one.cpu / base.cpu for one, base in pairs]),
    }


def _processor_seconds() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)
