"""Which thread renders which segments."""

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from pytoon_pipeline.rendering.segment_queue import SegmentQueue


def test_one_thread_renders_all_in_order() -> None:
    queue = SegmentQueue([2, 3, 5, 7])
    assert [queue.take() for _ in range(4)] == [2, 3, 5, 7]
    with pytest.raises(IndexError):
        queue.take()


def test_each_thread_renders_neighbours_and_all_are_rendered_once() -> None:
    queue, turns = SegmentQueue(range(20)), threading.Barrier(2)

    def work(count: int) -> list[int]:
        taken = [queue.take()]
        turns.wait()
        return taken + [queue.take() for _ in range(count - 1)]

    with ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(work, (13, 7)))
    assert sorted(runs[0] + runs[1]) == list(range(20))
    steps = [after - before for run in runs for before, after in itertools.pairwise(run)]
    assert sum(step == 1 for step in steps) >= 15, "few jumps"


def test_a_free_thread_takes_the_later_half_of_the_longest_run() -> None:
    queue = SegmentQueue(range(8))
    assert queue.take() == 0
    with ThreadPoolExecutor(1) as other:
        assert [other.submit(queue.take).result() for _ in range(6)] == [4, 5, 6, 7, 2, 3]
    assert queue.take() == 1
