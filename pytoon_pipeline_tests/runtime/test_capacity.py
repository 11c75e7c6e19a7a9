"""Capacity: how many runs, encoders and transcribers work at once, and with how many threads."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytoon_pipeline.media.encoder import ENCODERS
from pytoon_pipeline.runtime import capacity
from pytoon_pipeline.runtime.capacity import OWN_BYTES, RUN_BYTES, Capacity, plan, processors

GIGABYTE = 1 << 30


@pytest.mark.parametrize(
    ("cores", "memory", "expected"),
    [
        (1, 64 * GIGABYTE, Capacity(processors=1, runs=2, encoders=1, transcribers=1)),
        (2, 8 * GIGABYTE, Capacity(processors=2, runs=2, encoders=1, transcribers=1)),
        (16, 64 * GIGABYTE, Capacity(processors=16, runs=8, encoders=4, transcribers=4)),
        (16, 5 * GIGABYTE, Capacity(processors=16, runs=2, encoders=1, transcribers=1)),
        (16, GIGABYTE // 2, Capacity(processors=16, runs=1, encoders=1, transcribers=1)),
        (64, 512 * GIGABYTE, Capacity(processors=64, runs=32, encoders=16, transcribers=16)),
    ],
)
def test_processors_and_memory_limit_what_runs_at_once(cores: int, memory: int, expected: Capacity) -> None:
    assert replace(plan(cores, memory), encoding_bytes=expected.encoding_bytes) == expected


@pytest.mark.parametrize(("chosen", "runs"), [(1, 1), (7, 7), (100, 100), (0, 1)])
def test_the_operator_may_choose_the_number_of_runs(chosen: int, runs: int) -> None:
    assert plan(4, 2 * GIGABYTE, chosen).runs == runs


@given(st.integers(1, 512), st.integers(0, 1 << 44), st.none() | st.integers(1, 64))
def test_every_machine_can_do_something_and_none_more_than_its_runs(
    cores: int, memory: int, chosen: int | None
) -> None:
    found = plan(cores, memory, chosen)
    assert 1 <= found.encoders <= found.runs
    assert 1 <= found.transcribers <= found.runs
    if chosen is None:
        assert found.runs == 1 or found.runs * RUN_BYTES <= memory


@given(st.integers(1, 128), st.integers(1, 64), st.integers(0, 64))
def test_threads_of_all_encoding_runs_fit_the_processors(cores: int, runs: int, active: int) -> None:
    found = plan(cores, 1 << 44, runs)
    threads = found.threads(active)
    assert threads >= 1
    assert threads == 1 or threads * max(1, min(active, found.encoders)) <= cores
    assert found.threads(1) == cores, "a run alone has all processors"


def test_the_machine_is_measured_and_the_setting_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capacity, "_memory", lambda: 12 * GIGABYTE)
    monkeypatch.setattr(capacity, "processors", lambda: 8)
    monkeypatch.delenv("PYTOON_RUNS", raising=False)
    share = 4 * GIGABYTE - OWN_BYTES
    assert Capacity.of_machine() == Capacity(8, runs=4, encoders=2, transcribers=2, encoding_bytes=share)
    monkeypatch.setenv("PYTOON_RUNS", "3")
    assert Capacity.of_machine().runs == 3


def test_processors_are_those_of_this_process() -> None:
    assert processors() >= 1


@pytest.mark.parametrize(("active", "threads"), [(0, 16), (1, 16), (2, 8), (4, 4), (8, 4)])
def test_active_runs_share_the_processors_as_far_as_they_may_encode(active: int, threads: int) -> None:
    assert Capacity(processors=16, runs=8, encoders=4, transcribers=4).threads(active) == threads


def test_large_frames_are_encoded_fewer_at_once() -> None:
    small, large = (ENCODERS["hevc"].memory(*size) for size in ((1080, 1920), (2160, 3840)))
    share = plan(16, 16 * GIGABYTE)
    assert share.segments(16, small) > share.segments(16, large) >= 1
    assert share.segments(16, large) * large <= share.encoding_bytes
    assert plan(16, 64 * GIGABYTE).segments(2, large) == 2, "processors limit it too"
    assert plan(16, GIGABYTE).segments(16, large) == 1, "any machine renders one"


@given(st.integers(1, 128), st.integers(2 << 30, 1 << 42))
def test_all_runs_fit_the_memory(cores: int, memory: int) -> None:
    found = plan(cores, memory)
    others = found.runs - found.encoders
    assert others * RUN_BYTES + found.encoders * (found.encoding_bytes + OWN_BYTES) <= memory
