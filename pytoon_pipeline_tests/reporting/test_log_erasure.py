"""Lines about an upload leave the logs and the tables; those of others stay, byte for byte and in their place."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pytoon_pipeline.reporting.log_erasure import Mentions, erase_from_logs, erase_from_tables
from pytoon_pipeline.reporting.log_tables import collect

KEY = "ab" * 16
MENTIONS = Mentions([KEY], {"summer"}, {"beach.jpg"})


def line(**fields: object) -> str:
    return json.dumps({"level": "INFO", "time": "2026-01-02T03:04:05.678+00:00", "event": "x", **fields})


def test_lines_are_overwritten_in_their_place(tmp_path: Path) -> None:
    about = [
        line(key=KEY),
        line(name="summer"),
        line(message="cannot read “beach.jpg”: no photo"),
        f"broken {KEY} line",
    ]
    others = [
        line(key="cd" * 16),
        line(name="summertime"),
        line(message="summer is nice"),
        line(file="my-beach.jpg"),
        "",
    ]
    mixed = [one for pair in zip(others, [*about, ""], strict=True) for one in pair]
    log = tmp_path / "2026-01-02.jsonl"
    log.write_text("\n".join(mixed) + "\n")
    size = log.stat().st_size
    assert erase_from_logs(tmp_path, MENTIONS) == 4
    now = log.read_text().split("\n")
    assert (log.stat().st_size, now[0:8:2]) == (size, others[:4])
    assert json.loads(now[1]) == {"time": "2026-01-02T03:04:05.678+00:00", "event": "erased"}
    assert now[7].strip() == "", "a damaged line leaves nothing"
    assert erase_from_logs(tmp_path, MENTIONS) == 0
    collect(tmp_path, tmp_path / "metrics")
    assert pq.read_table(tmp_path / "metrics" / "2026-01-02.parquet").num_rows == 7


def test_rows_leave_tables_whose_logs_are_gone(tmp_path: Path) -> None:
    logs, metrics = tmp_path / "logs", tmp_path / "metrics"
    logs.mkdir()
    (logs / "2026-01-02.jsonl").write_text("\n".join([line(key=KEY), line(key="cd" * 16), line()]) + "\n")
    collect(logs, metrics)
    (table,) = metrics.glob("*.parquet")
    before = pq.read_schema(table)
    assert erase_from_tables(metrics, MENTIONS) == 1
    left = pq.read_table(table)
    assert left["key"].to_pylist() == ["cd" * 16, None]
    assert left.schema.equals(before, check_metadata=True)
    assert isinstance(left, pa.Table)
    assert erase_from_tables(metrics, MENTIONS) == 0
