"""Which thread renders which segments: neighbours one after the other, and no thread idle while some are left."""

import threading
from collections.abc import Iterable


class SegmentQueue:
    """Hands out segments, each once, to any number of threads.

    A thread gets the segment that follows its last one, whose source files it has just read. When there is none, it
    takes the later half of the longest run of segments from another thread.
    """

    def __init__(self, segments: Iterable[int]) -> None:
        self._segments = list(segments)
        self._runs: dict[int, list[int]] = {}
        self._lock = threading.Lock()

    @property
    def empty(self) -> bool:
        """Whether every segment was handed out."""
        with self._lock:
            return not any(self._runs.values())

    def take(self) -> int:
        """The next segment of the calling thread. Raises ``IndexError`` when none is left."""
        thread = threading.get_ident()
        with self._lock:
            if not self._runs.get(thread):
                self._runs[thread] = self._later_half()
            return self._runs[thread].pop(0)

    def _later_half(self) -> list[int]:
        if not self._runs:
            return self._segments
        longest = max(self._runs.values(), key=len)
        half = len(longest) // 2
        later = longest[half:]
        del longest[half:]
        return later
