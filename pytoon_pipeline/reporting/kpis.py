"""Figures over all videos: the lines of the logs, kept as Parquet, and what DuckDB makes of them."""

from collections.abc import Iterable
from datetime import date, datetime, timezone
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.errors import DependencyMissing
from pytoon_pipeline.reporting.markdown import cell
from pytoon_pipeline.runtime.atomic import atomic_path

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

# Days of the chart, and rows of the table that people see.
DAYS = 30
SHOWN_DAYS, SHOWN_FAILURES = 7, 8

# Of the Parquet files; one that says another version is written anew where its log is still there.
VERSION = 1
SOURCE, DAMAGED = b"pytoon.source", b"pytoon.damaged_lines"


class DayFigures(Record):
    """Videos by how they stood at the end of a day (UTC) on which something came of them."""

    day: date
    finished: int
    degraded: int
    failed: int


class StageFigures(Record):
    """How often a stage was asked, and what making it took: seconds, and bytes made in all."""

    stage: str
    computed: int
    cached: int
    hit_rate: float
    median_seconds: float | None
    p95_seconds: float | None
    bytes: int


class FailureFigures(Record):
    """How often runs failed so, also those that were made again with success."""

    failure: str | None
    code: str | None
    count: int


class Kpis(Record):
    """Figures over all logs; ``days`` covers the last 30. Rates lie between 0 and 1 and are none over nothing.

    A video counts once, as it stands last. ``success_rate`` is the share of videos that were delivered, degraded ones
    among them; ``fallback_rate`` the share of runs that name an engine and name another than ``local``;
    ``first_attempt_pass_rate`` the share of videos whose first attempt did not fail its check.
    """

    finished: int = 0
    degraded: int = 0
    failed: int = 0
    success_rate: float | None = None
    fallback_rate: float | None = None
    first_attempt_pass_rate: float | None = None
    attempts_per_video: float | None = None
    bytes_made: int = 0
    days: tuple[DayFigures, ...] = ()
    stages: tuple[StageFigures, ...] = ()
    failures: tuple[FailureFigures, ...] = ()
    log_lines: int = 0
    damaged_log_lines: int = 0


MAX_CELL = 80

# Collecting


def _utc(time: datetime) -> datetime:
    """The time in UTC, without saying so: DuckDB then needs no table of time zones."""
    if not 1970 <= time.year < 9999:
        raise ValueError("not a time of a log")
    return (time.astimezone(timezone.utc) if time.tzinfo else time).replace(tzinfo=None)


Count = Annotated[int, Field(ge=0, lt=2**63)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _LogLine(BaseModel):
    """A line of a log. Further fields, and events that no figure counts, do no harm."""

    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)

    time: Annotated[datetime, AfterValidator(_utc)]
    event: str
    level: str | None = None
    key: str | None = None
    run: str | None = None
    attempt: Count | None = None
    stage: str | None = None
    status: str | None = None
    seconds: Amount | None = None
    bytes: Count | None = None
    engine: str | None = None
    device: str | None = None
    segment: str | None = None
    verdict: str | None = None
    score: Amount | None = None
    degraded: bool | None = None
    category: str | None = None
    code: str | None = None


# Arrow's types by name; whatever is not here is text.
TYPES = {
    "time": "timestamp[us]", "attempt": "int64", "seconds": "float64", "bytes": "int64", "score": "float64",
    "degraded": "bool",
}  # fmt: skip


def collect(logs: Path, table: Path) -> None:
    """Keeps the lines of ``logs/*.jsonl`` as one Parquet file a log below ``table``.

    Only logs that changed are read. Lines that are damaged, or not written to their end, are counted and left out.
    What is kept stays when its log is gone.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    for log in sorted(logs.glob("*.jsonl")):
        kept = table / f"{log.stem}.parquet"
        try:
            stat = log.stat()
            source = f"{VERSION} {stat.st_size} {stat.st_mtime_ns}".encode()
            if _source(kept) == source:
                continue
            with log.open("rb") as file:
                lines, damaged = _read(file)
        except FileNotFoundError:
            continue  # logs are removed when they are old
        schema = _schema().with_metadata({SOURCE: source, DAMAGED: str(damaged).encode()})
        columns = {name: [getattr(line, name) for line in lines] for name in schema.names}
        with atomic_path(kept) as tmp_path:
            pq.write_table(pa.table(columns, schema=schema), tmp_path)


def _read(file: Iterable[bytes]) -> tuple[list[_LogLine], int]:
    lines, damaged = [], 0
    for text in file:
        if text.strip():
            try:
                lines.append(_LogLine.model_validate_json(text))
            except ValidationError:
                damaged += 1
    return lines, damaged


def _source(kept: Path) -> bytes | None:
    """Which state of its log a Parquet file holds; none when it is absent or damaged."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return (pq.read_schema(kept).metadata or {}).get(SOURCE)
    except (OSError, pa.ArrowInvalid):
        return None


def _schema() -> "pa.Schema":
    import pyarrow as pa

    return pa.schema([(name, pa.type_for_alias(TYPES.get(name, "string"))) for name in _LogLine.model_fields])


# Computing

# Without the columns of an older version, and without files, all columns are there. Whatever names no key or run
# stands for itself.
LINES = """
CREATE TEMP TABLE lines AS
SELECT *, coalesce(key, run, 'line ' || nth) AS video, coalesce(run, key, 'line ' || nth) AS pass
FROM (SELECT *, row_number() OVER () AS nth FROM ({files}))
"""
FILES = "SELECT * FROM nothing UNION ALL BY NAME SELECT * FROM read_parquet(?, union_by_name = true)"

# How each video stood at the end of each ``span``.
ENDS = """
WITH ends AS (
    SELECT {span} AS span, CASE WHEN event <> 'delivered' THEN event WHEN degraded THEN 'degraded' ELSE 'finished' END
        AS outcome
    FROM lines WHERE event IN ('failed', 'delivered', 'held')
    QUALIFY row_number() OVER (PARTITION BY video, {span} ORDER BY time DESC, nth DESC) = 1
)
SELECT span, count(*) FILTER (outcome = 'finished') AS finished, count(*) FILTER (outcome = 'degraded') AS degraded,
    count(*) FILTER (outcome = 'failed') AS failed
FROM ends GROUP BY span ORDER BY span
"""

ATTEMPTS = """
WITH videos AS (
    SELECT max(coalesce(attempt, 1)) AS attempts,
        arg_min(verdict <> 'fail', (time, nth)) FILTER (coalesce(attempt, 1) = 1) AS passed
    FROM lines WHERE event = 'attempt' GROUP BY video
)
SELECT avg(passed::INT) AS first_attempt_pass_rate, avg(attempts) AS attempts_per_video FROM videos
"""

ENGINES = """
WITH passes AS (SELECT bool_or(engine <> 'local') AS fell FROM lines WHERE engine IS NOT NULL GROUP BY pass)
SELECT avg(fell::INT) AS fallback_rate FROM passes
"""

STAGES = """
SELECT CASE WHEN event = 'segment' THEN 'segment' ELSE stage END AS name,
    count(*) FILTER (status = 'computed') AS computed, count(*) FILTER (status = 'cached') AS cached,
    cached / (computed + cached) AS hit_rate,
    quantile_cont(seconds, 0.5) FILTER (status = 'computed') AS median_seconds,
    quantile_cont(seconds, 0.95) FILTER (status = 'computed') AS p95_seconds,
    coalesce(sum(bytes) FILTER (status = 'computed'), 0)::BIGINT AS bytes
FROM lines WHERE event IN ('stage', 'segment') AND status IN ('computed', 'cached') AND name IS NOT NULL
GROUP BY name ORDER BY min(time), min(nth)
"""

BYTES = """
SELECT coalesce(sum(bytes), 0)::BIGINT AS bytes_made FROM lines WHERE event = 'stage' AND status = 'computed'
"""

FAILURES = """
SELECT failure, code, count(*) AS count FROM lines WHERE event = 'failed'
GROUP BY failure, code ORDER BY count DESC, failure, code
"""


def kpis(table: Path, today: date | None = None) -> Kpis:
    """Figures over all that ``collect`` kept below ``table``. ``today`` (UTC) ends the days; it defaults to now.

    Raises ``DependencyMissing`` when a file there is damaged.
    """
    import duckdb

    # In a list, too, names are patterns to DuckDB.
    files = [escape(str(path)) for path in sorted(table.glob("*.parquet"))]
    with duckdb.connect() as connection:
        connection.register("nothing", _schema().empty_table())
        try:
            damaged = _load(connection, files)
        except duckdb.Error as error:
            raise DependencyMissing(
                "figures_damaged",
                f"A table of figures cannot be read: {str(error).strip()[:300]}",
                f"Remove the damaged file from {table}; it is made again when its log is still there.",
            ) from error
        last = today or datetime.now(timezone.utc).date()
        ended = _rows(connection, ENDS.format(span="NULL"))
        counts = {name: ended[0][name] if ended else 0 for name in ("finished", "degraded", "failed")}
        days = [
            DayFigures(day=row.pop("span"), **row) for row in _rows(connection, ENDS.format(span="CAST(time AS DATE)"))
        ]
        videos = sum(counts.values())
        return Kpis(
            **counts,
            success_rate=(videos - counts["failed"]) / videos if videos else None,
            days=tuple(one for one in days if 0 <= (last - one.day).days < DAYS),
            stages=tuple(StageFigures(stage=row.pop("name"), **row) for row in _rows(connection, STAGES)),
            failures=tuple(FailureFigures(**row) for row in _rows(connection, FAILURES)),
            damaged_log_lines=damaged,
            log_lines=_rows(connection, "SELECT count(*) AS count FROM lines")[0]["count"],
            **_rows(connection, ENGINES)[0],
            **_rows(connection, ATTEMPTS)[0],
            **_rows(connection, BYTES)[0],
        )


def _load(connection: "duckdb.DuckDBPyConnection", files: list[str]) -> int:
    """Puts what the files hold into ``lines`` and gives how many lines of their logs were damaged."""
    if not files:
        connection.execute(LINES.format(files="SELECT * FROM nothing"))
        return 0
    connection.execute(LINES.format(files=FILES), [files])
    damaged = "SELECT coalesce(sum(value::VARCHAR::BIGINT), 0)::BIGINT FROM parquet_kv_metadata(?) WHERE key = ?"
    return connection.execute(damaged, [files, DAMAGED]).fetchall()[0][0]


def _rows(connection: "duckdb.DuckDBPyConnection", query: str) -> list[dict[str, Any]]:
    answer = connection.execute(query)
    names = [column[0] for column in answer.description]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


# Showing


def as_markdown(figures: Kpis) -> str:
    """The figures as short Markdown tables."""
    head = {
        "videos finished": figures.finished,
        "degraded": figures.degraded,
        "failed": figures.failed,
        "delivered": _percent(figures.success_rate),
        "passed at the first attempt": _percent(figures.first_attempt_pass_rate),
        "attempts a video": _number(figures.attempts_per_video),
        "not rendered by the local engine": _percent(figures.fallback_rate),
        "made": f"{figures.bytes_made / 1e6:.1f} MB",
        "damaged lines of logs": f"{figures.damaged_log_lines} of {figures.log_lines + figures.damaged_log_lines}",
    }
    stages = [
        (one.stage, one.computed, one.cached, _percent(one.hit_rate), _number(one.median_seconds),
         _number(one.p95_seconds), f"{one.bytes / 1e6:.1f}")
        for one in figures.stages
    ]  # fmt: skip
    days = [(one.day, one.finished, one.degraded, one.failed) for one in figures.days[-SHOWN_DAYS:]]
    failures = [(one.failure or "–", one.code or "–", one.count) for one in figures.failures[:SHOWN_FAILURES]]
    tables = [
        _table(("all videos", ""), head.items()),
        _table(("stage", "made", "found", "hit rate", "median s", "95 % s", "MB"), stages),
        _table(("day", "finished", "degraded", "failed"), days),
        _table(("failure", "code", "times"), failures),
    ]
    return "\n\n".join(table for table in tables if table)


def _table(head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    """A Markdown table; nothing without rows. What logs say never becomes markup."""
    lines = ["| " + " | ".join(cell(value, MAX_CELL) for value in row) + " |" for row in rows]
    return "\n".join(["| " + " | ".join(head) + " |", "|" + "---|" * len(head), *lines]) if lines else ""


def _percent(rate: float | None) -> str:
    return "–" if rate is None else f"{100 * rate:.1f} %"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
