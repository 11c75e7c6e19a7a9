"""Steps take what another process has computed ahead, as if a thread of this process had."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pytoon_pipeline.contracts.artifact import ItemArtifacts
from pytoon_pipeline.contracts.errors import InvalidInput, field_error
from pytoon_pipeline.contracts.progress import Event, FramesReady
from pytoon_pipeline.runtime.progress import listen, publish
from pytoon_pipeline.runtime.worker_process import Send, WorkerProcess
from pytoon_pipeline.store.in_flight import ahead_of_steps
from pytoon_pipeline.store.relay import Receiver, Sender
from pytoon_pipeline.store.stages import Stage, StageOutput, StageResult, run_stage
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness.daemon_harness import wait_until

STAGE = Stage("measured", 1)
ENDS_WITHIN = 30.0
HERE = os.getpid()


def output(scratch: Path) -> StageOutput:
    """Says which process has computed it."""
    publish(FramesReady(1, 2))
    (scratch / "process").write_text(str(os.getpid()))
    return StageOutput(ItemArtifacts(items={}), files={"process": scratch / "process"}, held="in memory")


def measured(store: Store, compute: Callable[[Path], StageOutput] = output) -> StageResult:
    return run_stage(store, STAGE, compute, inputs={})


def computed_here(store: Store, result: StageResult) -> bool:
    return store.path(result.artifact.files["process"]).read_text() == str(os.getpid())


@contextmanager
def working(work: Callable[[], object]) -> Iterator[WorkerProcess]:
    """Another process does ``work`` ahead of the steps of the block."""

    def serve(order: object, send: Send) -> None:
        with Sender(send).sending(), ahead_of_steps():
            work()

    receiver = Receiver()
    worker = WorkerProcess(serve, receiver.receive, receiver.close)
    try:
        with receiver.expecting():
            worker.send(None)
            yield worker
    finally:
        worker.close()


def test_a_step_reports_what_another_process_has_computed(store: Store) -> None:
    heard: list[Event] = []
    with listen(heard.append), working(lambda: measured(store)):
        first, again = measured(store), measured(store)
    assert not computed_here(store, first)
    assert (first.status, first.held, again.status) == ("computed", None, "cached")
    assert first.seconds == pytest.approx(first.artifact.seconds, abs=1e-3)
    assert heard == [FramesReady(1, 2)]


def test_the_next_order_is_computed_ahead_as_well(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    def serve(order: object, send: Send) -> None:
        with Sender(send).sending(), ahead_of_steps():
            measured(store)

    caplog.set_level("INFO")
    receiver = Receiver()
    worker = WorkerProcess(serve, receiver.receive, receiver.close)
    for status in ("computed", "cached"):
        with receiver.expecting():
            worker.send(None)
            assert measured(store).status == status
            assert wait_until(lambda: not receiver.busy, ENDS_WITHIN, 0.01)
    worker.close()
    assert not caplog.records, "no step has waited for what is not computed ahead"


def test_a_step_meets_an_error_of_another_process(store: Store) -> None:
    def fail(scratch: Path) -> StageOutput:
        assert os.getpid() != HERE, "the step does not repeat it"
        raise field_error("media.0.text", "too_long", "the text is too long.", "Shorten it.")

    with working(lambda: measured(store, fail)), pytest.raises(InvalidInput) as met:
        measured(store, fail)
    assert met.value.as_dict() == {
        "code": "too_long", "message": "media, 1st file, text: the text is too long.", "hint": "Shorten it.",
    }  # fmt: skip
    assert met.value.fields == ("media.0.text",)


def test_a_step_repeats_what_failed_for_no_known_reason(store: Store) -> None:
    def fail(scratch: Path) -> StageOutput:
        raise KeyError(os.getpid())

    with working(lambda: measured(store, fail)), pytest.raises(KeyError) as met:
        measured(store, fail)
    assert met.value.args == (HERE,), "its traceback is of this process"


def test_a_step_computes_what_is_not_computed_ahead(store: Store) -> None:
    with working(lambda: None):
        assert computed_here(store, measured(store))


def test_a_step_computes_what_was_lost_with_the_other_process(store: Store) -> None:
    def killed(scratch: Path) -> StageOutput:
        os.kill(os.getpid(), signal.SIGKILL)
        return output(scratch)

    with working(lambda: measured(store, killed)):
        assert computed_here(store, measured(store))


def test_steps_do_not_wait_for_a_process_that_has_ended(store: Store) -> None:
    receiver = Receiver()
    receiver.close()
    with receiver.expecting():
        assert computed_here(store, measured(store))
