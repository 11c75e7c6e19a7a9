"""The share of one run: slots of the GPU by bytes of its memory."""

import threading
import time
from threading import Event

import pytest

from pytoon_pipeline.runtime import share
from pytoon_pipeline.runtime.gpus import Gpu
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.locks import is_abandoned
from pytoon_pipeline.runtime.share import MachineShare

GIGABYTE = 1 << 30


@pytest.fixture
def run(home: Home) -> MachineShare:
    """On a machine with a GPU of 8 GiB."""
    return MachineShare(home, "bunny", lambda: Gpu("GPU", 8 * GIGABYTE, 0, None))


def names(home: Home) -> set[str]:
    return {path.name.rpartition("-")[0] for path in home.slots.iterdir()}


def test_users_of_the_gpu_run_together_as_far_as_its_memory_suffices(run: MachineShare) -> None:
    entered = Event()

    def want() -> None:
        with run.gpu_slot(4 * GIGABYTE):
            entered.set()

    with run.gpu_slot(3 * GIGABYTE), run.gpu_slot(2 * GIGABYTE):
        other = threading.Thread(target=want)
        other.start()
        assert not entered.wait(1.0)
    other.join()
    assert entered.is_set()


def test_nobody_overtakes_one_that_waits_for_much(home: Home, run: MachineShare) -> None:
    order, waiting = list[str](), Event()

    def want(name: str, size: int) -> None:
        waiting.set()
        with run.gpu_slot(size):
            order.append(name)

    with run.gpu_slot(GIGABYTE):
        much = threading.Thread(target=want, args=("much", 100 * GIGABYTE))
        much.start()
        waiting.wait()
        turn = home.slots / "gpu-turn-0"
        while not turn.exists() or is_abandoned(turn):
            time.sleep(0.01)
        little = threading.Thread(target=want, args=("little", GIGABYTE))
        little.start()
        little.join(1.5)
        assert order == []
    much.join()
    little.join()
    assert order == ["much", "little"]


def test_a_transcriber_for_the_gpu_waits_for_its_memory_only(home: Home, run: MachineShare) -> None:
    with run.transcriber_slot(GIGABYTE):
        assert names(home) == {"gpu", "gpu-turn"}
    with run.transcriber_slot():
        assert "transcriber" in names(home)


def test_without_a_gpu_nothing_waits_for_one(home: Home) -> None:
    run = MachineShare(home, "bunny", lambda: None)
    with run.gpu_slot(GIGABYTE), run.gpu_slot(100 * GIGABYTE):
        assert not home.slots.exists()
    with run.transcriber_slot(GIGABYTE):
        assert names(home) == {"transcriber"}
    assert share.GPU_UNIT_BYTES == GIGABYTE
