"""Counts the finished frames of a video over all segments, whoever renders them."""

import threading
from collections.abc import Callable, Collection, Sequence


class FrameCounter:
    """Reports finished frames and the total: at first those of the ``cached`` segments, then at most once per percent.

    ``frames`` are the lengths of all segments. Reports come in order, also when several threads count.
    """

    def __init__(self, frames: Sequence[int], cached: Collection[int], report: Callable[[int, int], None]) -> None:
        self._ready, self._total = sum(frames[n] for n in cached), sum(frames)
        self._report, self._lock = report, threading.Lock()
        report(self._ready, self._total)

    def advance(self, frames: int) -> None:
        """Adds finished frames."""
        with self._lock:
            before, self._ready = self._ready, self._ready + frames
            if self._percent(self._ready) > self._percent(before):
                self._report(self._ready, self._total)

    def _percent(self, frames: int) -> int:
        return 100 * frames // self._total
