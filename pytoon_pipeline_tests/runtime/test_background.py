"""Threads of a run that end with it."""

import threading

import pytest

from pytoon_pipeline.runtime import stopping
from pytoon_pipeline.runtime.background import background, current


def test_work_of_one_name_is_started_once() -> None:
    started = []
    with background() as threads:
        for _ in range(2):
            threads.start("work", lambda: started.append(1))
    assert started == [1]


def test_work_is_stopped_at_the_end_of_the_run() -> None:
    stopped = threading.Event()

    def work() -> None:
        try:
            while True:
                stopping.check()
        except stopping.Stopped:
            stopped.set()

    with background() as threads:
        threads.start("work", work)
    assert stopped.is_set()
    stopping.check()
    threads.start("too late", pytest.fail)


def test_a_run_inside_a_run_has_the_same_background() -> None:
    assert current() is None
    with background() as outer:
        with background() as inner:
            assert inner is outer is current()
        assert current() is outer
    assert current() is None
