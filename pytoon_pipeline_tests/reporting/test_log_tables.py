"""Log lines as tables: what counts as damaged, and the types of what does not."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pytoon_pipeline.reporting.log_tables import COLUMNS, DAMAGED, collect

LINE = {"time": "2026-11-21T10:00:00.250+00:00", "event": "stage"}


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    folder = tmp_path / "logs [1]*"
    folder.mkdir()
    return folder


def collected(logs: Path, *lines: bytes) -> tuple[list[dict[str, Any]], int]:
    """Rows of the table of a log of these lines, and the number of damaged lines."""
    (logs / "2026-11-21.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    collect(logs, logs.with_name("metrics"))
    table = pq.read_table(logs.with_name("metrics") / "2026-11-21.parquet")
    return table.to_pylist(), int(table.schema.metadata[DAMAGED])


def line(**fields: object) -> bytes:
    return json.dumps(LINE | fields).encode()


def test_fields_have_their_types_and_absent_ones_are_null(logs: Path) -> None:
    rows, damaged = collected(
        logs,
        line(key="a", attempt=2, seconds=1, bytes=10, score=None, degraded=True, segment=3, code="“é”\0", other=[1]),
        line(time="2026-11-21T12:30:00+02:00", seconds=0.5),
    )
    assert damaged == 0
    assert rows[0] == dict.fromkeys(COLUMNS) | {
        "time": datetime(2026, 11, 21, 10, 0, 0, 250_000), "event": "stage", "key": "a", "attempt": 2, "seconds": 1.0,
        "bytes": 10, "degraded": True, "segment": "3", "code": "“é”\0",
    }  # fmt: skip
    assert (rows[1]["time"], rows[1]["seconds"]) == (datetime(2026, 11, 21, 10, 30), 0.5)


@pytest.mark.parametrize("damaged", [
    b"null", b"{}", b"[1]", b"5", b"\xff\x00", b"\0" * 1000, line()[:-5], line(time=None), line(event=None),
    line(time="yesterday"), line(time="0001-01-01T00:00:00+14:00"), line(time="9999-12-31T00:00:00Z"),
    line(seconds=-1), line(seconds=float("inf")), line(seconds="long"), line(bytes=1.5), line(bytes=-1),
    line(bytes=9999999999999999999), line(attempt=True), line(degraded="yes"), line(key={"a": 1}), line(code=[1]),
    line(stage=True),
])  # fmt: skip
def test_a_damaged_line_is_counted_and_harms_no_other(damaged: bytes, logs: Path) -> None:
    rows, count = collected(logs, line(key="first"), damaged, line(key="last"))
    assert [row["key"] for row in rows] == ["first", "last"]
    assert count == 1


def test_a_log_that_goes_while_others_are_read_is_left_out(logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    collected(logs, line())
    found = [logs / "2026-11-20.jsonl", logs / "2026-11-21.jsonl"]
    monkeypatch.setattr(Path, "glob", lambda self, pattern: iter(found))
    collect(logs, logs.with_name("others"))
    assert [path.name for path in logs.with_name("others").iterdir()] == ["2026-11-21.parquet"]
