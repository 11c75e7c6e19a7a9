"""One thread computes a result, the others wait; what was computed ahead is reported by the step that asks for it."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pytoon_pipeline.contracts.artifact import ItemArtifacts
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.progress import Event, FramesReady
from pytoon_pipeline.runtime import stopping
from pytoon_pipeline.runtime.progress import listen, publish
from pytoon_pipeline.store.in_flight import InFlight, ahead, forget_all
from pytoon_pipeline.store.stages import Stage, StageOutput, StageResult, run_stage
from pytoon_pipeline.store.store import Store

STAGE = Stage("measured", 1)
NOTHING = StageOutput(ItemArtifacts(items={}))


def in_a_thread(work: Callable[[], object]) -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(work).result()


def measured(store: Store, compute: Callable[[Path], StageOutput] = lambda scratch: NOTHING) -> StageResult:
    return run_stage(store, STAGE, compute, inputs={})


def test_threads_that_need_the_same_result_share_it() -> None:
    results: InFlight[object] = InFlight("results")
    entered, leave = threading.Event(), threading.Event()

    def work() -> object:
        assert not entered.is_set(), "it is computed once"
        entered.set()
        leave.wait()
        return object()

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(results.run, "key", work)
        entered.wait()
        second = pool.submit(results.run, "key", work)
        leave.set()
        assert first.result() is second.result()
    assert results.run("key", lambda: "again") == "again", "it is not kept"


def test_a_step_reports_what_was_computed_ahead(store: Store) -> None:
    def compute() -> None:
        with ahead():
            measured(store, lambda scratch: StageOutput(ItemArtifacts(items={}), held="in memory"))

    in_a_thread(compute)
    result = measured(store)
    assert (result.status, result.held) == ("computed", "in memory")
    assert result.seconds == pytest.approx(result.artifact.seconds, abs=1e-3)
    assert measured(store).status == "cached"


def test_a_step_meets_the_error_of_the_work_ahead(store: Store) -> None:
    def refuse(scratch: Path) -> StageOutput:
        raise InvalidInput("damaged", "The clip is damaged.", "Copy it again.")

    def compute() -> None:
        with pytest.raises(InvalidInput), ahead():
            measured(store, refuse)

    in_a_thread(compute)
    with pytest.raises(InvalidInput, match="The clip is damaged"):
        measured(store)
    assert measured(store).status == "computed", "the next attempt computes it again"


def test_what_no_step_asked_for_is_forgotten(store: Store) -> None:
    with ahead():
        measured(store)
    forget_all()
    assert measured(store).status == "cached"


def test_what_work_ahead_publishes_is_heard_when_a_step_asks_for_it() -> None:
    results: InFlight[None] = InFlight("results")
    heard: list[Event] = []

    def compute() -> None:
        with ahead():
            results.run("key", lambda: results.run("part", lambda: publish(FramesReady(5, 10))))

    with listen(heard.append):
        in_a_thread(compute)
        assert heard == []
        results.run("key", pytest.fail)
    assert heard == [FramesReady(5, 10)]


def test_what_work_ahead_itself_asks_for_is_not_kept() -> None:
    results: InFlight[str] = InFlight("results")
    with ahead():
        results.run("outer", lambda: results.run("inner", lambda: "part"))
    assert results.run("inner", lambda: "again") == "again"
    assert results.run("outer", lambda: "again") == "part"


def test_a_waiting_thread_stops_when_asked() -> None:
    results: InFlight[None] = InFlight("results")
    entered, leave, end = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        entered.set()
        leave.wait()

    def wait() -> None:
        with stopping.canceled_by(end), pytest.raises(stopping.Stopped):
            results.run("key", work)

    with ThreadPoolExecutor(2) as pool:
        pool.submit(results.run, "key", work)
        entered.wait()
        end.set()
        pool.submit(wait).result()
        leave.set()
