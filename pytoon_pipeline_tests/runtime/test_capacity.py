"""How many runs a machine can work on."""

import pytest

from pytoon_pipeline.runtime.capacity import RUN_BYTES, Capacity, plan


@pytest.mark.parametrize(
    ("processors", "memory_runs", "gpus", "chosen", "expected"),
    [
        (2, 16, 0, None, Capacity(2, 2, 1, 1)),
        (16, 32, 0, None, Capacity(16, 8, 4, 4)),
        (16, 3, 0, None, Capacity(16, 3, 1, 1)),
        (16, 0, 0, None, Capacity(16, 1, 1, 1)),
        (16, 32, 2, None, Capacity(16, 8, 4, 2)),
        (16, 32, 8, 4, Capacity(16, 4, 2, 4)),
        (2, 4, 0, 6, Capacity(2, 6, 3, 3)),
    ],
)
def test_runs_follow_processors_and_memory_unless_they_are_set(
    processors: int, memory_runs: int, gpus: int, chosen: int | None, expected: Capacity
) -> None:
    assert plan(processors, memory_runs * RUN_BYTES, gpus, chosen) == expected


@pytest.mark.parametrize(("active", "threads"), [(0, 16), (1, 16), (2, 8), (4, 4), (8, 4)])
def test_active_runs_share_the_processors_as_far_as_they_may_encode(active: int, threads: int) -> None:
    assert Capacity(processors=16, runs=8, encoders=4, transcribers=4).threads(active) == threads


def test_the_setting_decides_the_runs_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTOON_RUNS", "3")
    assert Capacity.of_machine().runs == 3
