"""Log lines as Parquet tables, one per log. DuckDB reads the logs, and counts what it cannot read."""

from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pytoon_pipeline.runtime.atomic import atomic_path

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

# Of the Parquet files. One of another version is replaced while its log exists.
VERSION = 4
SOURCE, DAMAGED = b"pytoon.source", b"pytoon.damaged_lines"

Kind = Literal["time", "text", "count", "amount", "flag"]

# The fields of a log line that metrics use. Every line has a time and an event.
COLUMNS: dict[str, Kind] = {
    "time": "time",
    "event": "text",
    "level": "text",
    "key": "text",
    "run": "text",
    "attempt": "count",
    "stage": "text",
    "status": "text",
    "seconds": "amount",
    "bytes": "count",
    "engine": "text",
    "device": "text",
    "segment": "text",
    "verdict": "text",
    "score": "amount",
    "degraded": "flag",
    "category": "text",
    "code": "text",
    "archetype": "text",
    "video_seconds": "amount",
    "pending_since": "amount",
    "memory_mb": "amount",
    "work": "text",
}
ARROW_TYPES: dict[Kind, str] = {
    "time": "timestamp[us]",
    "text": "string",
    "count": "int64",
    "amount": "float64",
    "flag": "bool",
}
# Conversions of a field's text. Times become UTC by their offset, which needs no time zone of DuckDB.
VALUES: dict[Kind, str] = {
    "time": "make_timestamp(epoch_us(try_cast({text} AS TIMESTAMPTZ)))",
    "text": "{text}",
    "count": "try_cast({text} AS BIGINT)",
    "amount": "try_cast({text} AS DOUBLE)",
    "flag": "try_cast({text} AS BOOLEAN)",
}
# What is valid for a field that is present and not null. A count or an amount is finite and not negative.
VALID: dict[Kind, str] = {
    "time": "{value} >= TIMESTAMP '1970-01-01' AND {value} < TIMESTAMP '9999-01-01'",
    "text": "{type} NOT IN ('OBJECT', 'ARRAY', 'BOOLEAN', 'NULL')",
    "count": "{type} IN ('BIGINT', 'UBIGINT') AND {value} >= 0",
    "amount": "{type} IN ('BIGINT', 'UBIGINT', 'DOUBLE') AND {value} >= 0 AND isfinite({value})",
    "flag": "{type} = 'BOOLEAN'",
}
# A line that is not valid JSON has a null in ``json``.
LINES = """
SELECT {values}, coalesce({valid}, false) AS valid
FROM read_json_objects(?, format = 'newline_delimited', ignore_errors = true)
"""


def collect(logs: Path, table: Path) -> None:
    """Converts ``logs/*.jsonl`` to Parquet files below ``table``, one per log.

    Reads only logs that have changed. Damaged and incomplete lines are counted and left out. A Parquet file stays when
    its log is removed.
    """
    import duckdb

    with duckdb.connect() as connection:
        for log in sorted(logs.glob("*.jsonl")):
            try:
                _collect(connection, log, table / f"{log.stem}.parquet")
            except (FileNotFoundError, duckdb.IOException):
                if log.exists():
                    raise
                # Old logs are removed at any time.


def _collect(connection: "duckdb.DuckDBPyConnection", log: Path, target: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    stat = log.stat()
    source = f"{VERSION} {stat.st_size} {stat.st_mtime_ns}".encode()
    if _source(target) == source:
        return
    # DuckDB treats a path as a pattern.
    lines: pa.Table = connection.sql(_query(), params=[escape(str(log))]).to_arrow_table()
    valid = lines.filter(lines["valid"]).drop_columns("valid").cast(schema())
    damaged = str(lines.num_rows - valid.num_rows).encode()
    with atomic_path(target) as tmp_path:
        pq.write_table(valid.replace_schema_metadata({SOURCE: source, DAMAGED: damaged}), tmp_path)


def _query() -> str:
    values, valid = [], ["json_type(json) = 'OBJECT'"]
    for name, kind in COLUMNS.items():
        value = VALUES[kind].format(text=f"json ->> '$.{name}'")
        field_type = f"json_type(json, '$.{name}')"
        condition = VALID[kind].format(value=value, type=field_type)
        absent = "" if name in ("time", "event") else f"{field_type} IS NULL OR {field_type} = 'NULL' OR "
        values.append(f"{value} AS {name}")
        valid.append(f"({absent}({condition}))")
    return LINES.format(values=", ".join(values), valid=" AND ".join(valid))


def _source(target: Path) -> bytes | None:
    """The state of the log that a Parquet file was made from; ``None`` when the file is absent or damaged."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return (pq.read_schema(target).metadata or {}).get(SOURCE)
    except (OSError, pa.ArrowInvalid):
        return None


def schema() -> "pa.Schema":
    """Names and types of the columns."""
    import pyarrow as pa

    return pa.schema([(name, pa.type_for_alias(ARROW_TYPES[kind])) for name, kind in COLUMNS.items()])
