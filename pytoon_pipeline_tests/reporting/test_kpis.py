"""KPIs: logs are converted to tables, damaged lines are counted, and DuckDB's totals are right."""

import json
from collections import Counter
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytoon_pipeline.contracts.errors import DependencyMissing
from pytoon_pipeline.reporting.kpi_markdown import as_markdown
from pytoon_pipeline.reporting.kpis import DayMetrics, FailureMetrics, Kpis, StageMetrics, kpis
from pytoon_pipeline.reporting.log_tables import collect
from pytoon_pipeline.runtime.share import GPU_WORK

TODAY = date(2026, 11, 21)
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    folder = tmp_path / "logs"
    folder.mkdir()
    return folder


@pytest.fixture
def table(logs: Path) -> Path:
    return logs.with_name("figures")


def write(logs: Path, day: date, *lines: dict[str, Any], ending: str = "\n") -> Path:
    """A log whose lines are a second apart."""
    start = datetime(day.year, day.month, day.day, 10)
    times = ((start + timedelta(seconds=n)).isoformat() + "Z" for n in range(len(lines)))
    texts = [json.dumps({"time": time} | line) for time, line in zip(times, lines, strict=True)]
    path = logs / f"{day}.jsonl"
    path.write_text("\n".join(texts) + ending)
    return path


def figures(logs: Path, table: Path) -> Kpis:
    collect(logs, table)
    return kpis(table, TODAY)


def stage(name: str, status: str, seconds: float, **more: object) -> dict[str, Any]:
    return {"event": "stage", "stage": name, "status": status, "seconds": seconds} | more


def test_kpis_of_two_days(logs: Path, table: Path) -> None:
    write(
        logs, YESTERDAY,
        stage("metadata", "computed", 1.0, bytes=100, key="a", run="1"),
        stage("composite", "computed", 10.0, bytes=1000, key="a", run="1"),
        {"event": "segment", "status": "computed", "seconds": 4.0, "bytes": 400, "engine": "local", "run": "1"},
        {"event": "attempt", "key": "a", "attempt": 1, "verdict": "fail", "score": 40, "run": "1"},
        {"event": "failed", "key": "a", "run": "1", "category": "quality", "code": "qc_failed"},
        {"event": "engine", "engine": "local", "code": "engine_stuck", "run": "2"},
        {"event": "engine", "engine": "fallback", "run": "2"},
        {"event": "attempt", "key": "a", "attempt": 2, "verdict": "pass", "score": 93.5, "run": "2"},
        {"event": "delivered", "key": "a", "run": "2", "degraded": True},
        {"event": "failed", "key": "b", "run": "3", "category": "invalid_input", "code": "empty_file"},
    )  # fmt: skip
    write(
        logs, TODAY,
        stage("metadata", "cached", 0.01, key="b", run="4"),
        stage("metadata", "cached", 0.01, key="b", run="4"),
        stage("metadata", "computed", 21.0, bytes=50, key="c", run="5"),
        {"event": "attempt", "key": "b", "attempt": 1, "verdict": "advise", "score": 80, "run": "4"},
        {"event": "delivered", "key": "b", "run": "4", "degraded": False, "engine": "local"},
        {"event": "failed", "key": "c", "run": "5", "category": "invalid_input", "code": "empty_file"},
        {"event": "attempt", "key": "d", "attempt": 3, "verdict": "fail"},
        {"event": "something else", "level": "warning", "whatever": [1, 2]},
    )  # fmt: skip
    found = figures(logs, table)
    assert (found.warm_seconds, found.run_seconds) == (pytest.approx(4.01), pytest.approx(13 + 4.01 + 24))
    assert found.model_copy(update={"warm_seconds": None, "run_seconds": 0}) == Kpis(
        completed=1, degraded=1, failed=1, success_rate=2 / 3, fallback_rate=1 / 3, first_attempt_pass_rate=0.5,
        attempts_per_video=2, bytes_written=1150, log_lines=18, damaged_log_lines=0,
        days=(DayMetrics(day=YESTERDAY, completed=0, degraded=1, failed=1),
              DayMetrics(day=TODAY, completed=1, degraded=0, failed=1)),
        stages=(
            StageMetrics(stage="metadata", computed=2, cached=2, hit_rate=0.5, median_seconds=11,
                         p95_seconds=20, bytes=150),
            StageMetrics(stage="composite", computed=1, cached=0, hit_rate=0, median_seconds=10, p95_seconds=10,
                         bytes=1000),
            StageMetrics(stage="segment", computed=1, cached=0, hit_rate=0, median_seconds=4, p95_seconds=4, bytes=400),
        ),
        failures=(FailureMetrics(category="invalid_input", code="empty_file", count=2),
                  FailureMetrics(category="quality", code="qc_failed", count=1)),
    )  # fmt: skip


def delivered(key: str, run: str, **more: object) -> dict[str, Any]:
    return {"event": "delivered", "key": key, "run": run, "archetype": "hero", "video_seconds": 8.0} | more


def test_times_and_cost_equal_those_counted_by_hand(logs: Path, table: Path) -> None:
    ten = datetime(YESTERDAY.year, YESTERDAY.month, YESTERDAY.day, 10, tzinfo=timezone.utc).timestamp()
    write(
        logs, YESTERDAY,
        # Run 1 starts at 9:59:57 and ends at 10:00:02: 5 s, after 17 s in the queue.
        stage("metadata", "computed", 3.0, key="a", run="1", bytes=10),
        stage("composite", "computed", 1.0, key="a", run="1"),
        delivered("a", "1", score=90.0, memory_mb=400, pending_since=ten - 20, degraded=False),
        # Run 2 starts at 10:00:02.5 with a cached stage and ends at 10:00:05: 2.5 s. It was not queued.
        stage("metadata", "cached", 0.5, key="b", run="2", bytes=10),
        stage("composite", "computed", 1.0, key="b", run="2"),
        delivered("b", "2", score=70.0, memory_mb=600, degraded=True),
        # Run 3 delivers nothing; it takes 2 s.
        stage("metadata", "computed", 2.0, key="c", run="3"),
    )  # fmt: skip
    collect(logs, table)
    found = kpis(table, TODAY, price_per_hour=3600)
    assert (found.cold_seconds, found.warm_seconds) == (pytest.approx(5), pytest.approx(2.5))
    assert found.queue_median_seconds == found.queue_p95_seconds == pytest.approx(17)
    assert (found.peak_memory_mb, found.bytes_written, found.bytes_reused) == (600, 10, 10)
    assert found.run_seconds == pytest.approx(5 + 2.5 + 2)
    assert found.cost_per_video == pytest.approx(9.5 / 2)
    (archetype,) = found.archetypes
    assert (archetype.archetype, archetype.runs, archetype.degraded) == ("hero", 2, 1)
    assert (archetype.median_score, archetype.median_seconds, archetype.median_video_seconds) == (80, 3.75, 8)
    assert [day.mean_score for day in found.days] == [80]
    assert kpis(table, TODAY).cost_per_video is None


def test_what_a_gpu_computed_and_waits_for_its_memory_are_counted(logs: Path, table: Path) -> None:
    write(
        logs, TODAY,
        stage("sampled_frames", "computed", 1.0, key="a", run="1", device="cuda:0 Test GPU"),
        stage("sampled_frames", "cached", 0.0, key="b", run="2", device="cuda:0 Test GPU"),
        stage("shots", "computed", 1.0, key="a", run="1", device="cpu"),
        {"event": "waited", "work": GPU_WORK, "seconds": 2.5},
        {"event": "waited", "work": GPU_WORK, "seconds": 1.5},
        {"event": "waited", "work": "render", "seconds": 9.0},
    )  # fmt: skip
    found = figures(logs, table)
    assert (found.gpu_results, found.gpu_waits, found.gpu_wait_seconds) == (1, 2, 4.0)


def test_days_before_the_last_thirty_count_only_in_the_totals(logs: Path, table: Path) -> None:
    for ago in (30, 29):
        write(logs, TODAY - timedelta(days=ago), {"event": "delivered", "key": str(ago)})
    found = figures(logs, table)
    assert found.completed == 2
    assert [one.day for one in found.days] == [TODAY - timedelta(days=29)]


def test_damaged_lines_are_counted_and_an_incomplete_one_is_read_once_complete(logs: Path, table: Path) -> None:
    log = write(logs, TODAY, {"event": "delivered", "key": "a"}, {"event": "delivered", "key": "b"}, ending="\n")
    whole = log.read_bytes()
    damaged = [
        b"", b"null", b"{}", b'{"time": "yesterday", "event": "delivered"}', b"\xff\x00", b'{"event": "delivered"}',
        b'{"time": "2026-11-21T10:00:00Z", "event": "stage", "stage": "x", "status": "computed", "seconds": Infinity}',
        b'{"time": "2026-11-21T10:00:00Z", "event": "stage", "bytes": 9999999999999999999}',
        b'{"time": "0001-01-01T00:00:00+14:00", "event": "stage"}',
    ]  # fmt: skip
    log.write_bytes(b"\n".join([*damaged, whole[:-20]]))
    found = figures(logs, table)
    assert (found.completed, found.log_lines, found.damaged_log_lines) == (1, 1, len(damaged))
    log.write_bytes(whole)
    found = figures(logs, table)
    assert (found.completed, found.log_lines, found.damaged_log_lines) == (2, 2, 0)


def test_only_changed_logs_are_converted_again_and_tables_outlive_their_logs(logs: Path, table: Path) -> None:
    old = write(logs, YESTERDAY, {"event": "delivered", "key": "a"})
    write(logs, TODAY, {"event": "delivered", "key": "b"})
    collect(logs, table)
    before = {path.stem: path.stat().st_ino for path in table.iterdir()}
    assert before.keys() == {str(YESTERDAY), str(TODAY)}
    write(logs, TODAY, {"event": "delivered", "key": "b"}, {"event": "delivered", "key": "c"})
    collect(logs, table)
    after = {path.stem: path.stat().st_ino for path in table.iterdir()}
    assert [day for day in before if before[day] != after[day]] == [str(TODAY)]
    old.unlink()
    assert figures(logs, table).completed == 3


def test_empty_logs_and_tables_with_fewer_columns_are_read(logs: Path, table: Path) -> None:
    assert figures(logs, table) == Kpis()
    assert figures(logs.with_name("nowhere"), table) == Kpis()
    table.mkdir()
    times = pa.array([datetime(2026, 11, 21, 10)], pa.timestamp("us"))
    pq.write_table(pa.table({"time": times, "event": ["delivered"], "older": [1]}), table / "2026-11-21.parquet")
    found = figures(logs, table)
    assert (found.completed, found.log_lines, found.damaged_log_lines) == (1, 1, 0)
    write(logs, YESTERDAY, {"event": "stage", "stage": "metadata", "status": "computed"})
    (made,) = figures(logs, table).stages
    assert (made.computed, made.median_seconds, made.bytes) == (1, None, 0)


def test_a_folder_named_like_a_pattern_has_its_own_tables(logs: Path, tmp_path: Path) -> None:
    write(logs, TODAY, {"event": "delivered", "key": "a"})
    collect(logs, tmp_path / "figures [1]*")
    write(logs, TODAY, {"event": "failed", "key": "a"})
    collect(logs, tmp_path / "figures 1")
    assert kpis(tmp_path / "figures [1]*", TODAY).completed == 1


def test_a_damaged_table_is_rebuilt_from_its_log_or_reported(logs: Path, table: Path) -> None:
    log = write(logs, TODAY, {"event": "delivered", "key": "a"})
    collect(logs, table)
    kept = table / f"{TODAY}.parquet"
    kept.write_bytes(kept.read_bytes()[:-30])
    assert figures(logs, table).completed == 1
    kept.write_bytes(b"nothing of the kind")
    log.unlink()
    with pytest.raises(DependencyMissing, match=kept.name):
        figures(logs, table)


lines = st.fixed_dictionaries(
    {"event": st.sampled_from(["stage", "segment", "attempt", "failed", "delivered", "held", "engine", "other"])},
    optional={
        "key": st.sampled_from("abc"), "run": st.sampled_from("123"), "attempt": st.integers(1, 4),
        "stage": st.sampled_from(["metadata", "composite"]), "status": st.sampled_from(["computed", "cached"]),
        "seconds": st.floats(0, 1000), "bytes": st.integers(0, 10**9), "verdict": st.sampled_from(["pass", "fail"]),
        "engine": st.sampled_from(["local", "remote", "fallback"]), "degraded": st.booleans(),
        "category": st.text(max_size=3), "code": st.none() | st.text(max_size=3),
        "segment": st.integers(0, 9) | st.text(max_size=3),
    },
)  # fmt: skip


@settings(max_examples=40)
@given(st.lists(lines, max_size=30))
def test_totals_equal_those_counted_by_hand(log: list[dict[str, Any]]) -> None:
    with TemporaryDirectory() as name:
        write(Path(name), TODAY, *log)
        found = figures(Path(name), Path(name) / "figures")
    assert (found.log_lines, found.damaged_log_lines) == (len(log), 0)

    ends: dict[object, str] = {}
    for n, line in enumerate(log):
        if line["event"] in ("failed", "delivered", "held"):
            done = "degraded" if line.get("degraded") else "completed"
            ends[line.get("key", line.get("run", n))] = done if line["event"] == "delivered" else line["event"]
    counts = Counter(ends.values())
    assert (found.completed, found.degraded, found.failed) == (
        counts["completed"],
        counts["degraded"],
        counts["failed"],
    )
    assert [(one.completed, one.degraded, one.failed) for one in found.days] == (
        [(found.completed, found.degraded, found.failed)] if ends else []
    )
    made = [line for line in log if line["event"] == "stage" and line.get("status") == "computed"]
    assert found.bytes_written == sum(line.get("bytes", 0) for line in made)
    for one in found.stages:
        if one.stage != "segment":
            seconds = [line["seconds"] for line in made if line.get("stage") == one.stage and "seconds" in line]
            assert one.median_seconds == (pytest.approx(median(seconds)) if seconds else None)
            assert one.p95_seconds == (pytest.approx(np.quantile(seconds, 0.95)) if seconds else None)
    failed = [(line.get("category"), line.get("code")) for line in log if line["event"] == "failed"]
    assert {(one.category, one.code): one.count for one in found.failures} == Counter(failed)
    as_markdown(found)


def test_text_from_logs_is_escaped_in_markdown(logs: Path, table: Path) -> None:
    write(logs, TODAY, {"event": "failed", "category": "<img src=x>", "code": "a | b\n| ![c](d) |" + "x" * 500})
    shown = as_markdown(figures(logs, table)).splitlines()
    assert shown[-1].startswith(r"| \<img src=x\> | a \| b \| \!\[c\](d) \|x")
    assert max(map(len, shown)) < 200
