"""KPIs over all videos, computed by DuckDB from the tables of log lines."""

from datetime import date, datetime, timezone
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.errors import DependencyMissing
from pytoon_pipeline.reporting import kpi_queries
from pytoon_pipeline.reporting.log_tables import DAMAGED, schema

if TYPE_CHECKING:
    import duckdb

# Days of the chart.
DAYS = 30


class DayMetrics(Record):
    """Videos by their state at the end of a day (UTC), of those with a result on that day, and their mean score."""

    day: date
    completed: int
    degraded: int
    failed: int
    mean_score: float | None = None


class ArchetypeMetrics(Record):
    """Runs that delivered a video of this archetype: medians of score, of the time of a run, and of the length."""

    archetype: str
    runs: int
    degraded: int
    median_score: float | None
    median_seconds: float | None
    median_video_seconds: float | None


class StageMetrics(Record):
    """How often a stage was computed or cached, the seconds that computing took, and the bytes that it wrote in all."""

    stage: str
    computed: int
    cached: int
    hit_rate: float
    median_seconds: float | None
    p95_seconds: float | None
    bytes: int


class FailureMetrics(Record):
    """How many runs failed with an error of this category and code, including those that were retried successfully."""

    category: str | None
    code: str | None
    count: int


class Kpis(Record):
    """KPIs over all logs; ``days`` covers the last 30. Rates are between 0 and 1, and ``None`` without any data.

    A video counts once, in its latest state. ``success_rate`` is the share of videos that were delivered, including
    degraded ones; ``fallback_rate`` the share of runs that used an engine other than ``local``, of the runs that used
    any; ``first_attempt_pass_rate`` the share of videos whose first attempt did not fail QC.

    Medians in seconds: ``cold_seconds`` of runs that computed every stage, ``warm_seconds`` of those that found some in
    the store, and ``queue_…`` from when a video becomes pending to its first stage. ``run_seconds`` is the time of all
    runs, and ``cost_per_video`` that time at the price of an hour, per delivered video. ``bytes_reused`` did not have
    to be written again. ``gpu_results`` counts stages that a GPU has computed, and ``gpu_waits`` how often a run waited
    for its memory.
    """

    completed: int = 0
    degraded: int = 0
    failed: int = 0
    success_rate: float | None = None
    fallback_rate: float | None = None
    first_attempt_pass_rate: float | None = None
    attempts_per_video: float | None = None
    bytes_written: int = 0
    bytes_reused: int = 0
    cold_seconds: float | None = None
    warm_seconds: float | None = None
    queue_median_seconds: float | None = None
    queue_p95_seconds: float | None = None
    run_seconds: float = 0
    cost_per_video: float | None = None
    peak_memory_mb: float | None = None
    gpu_results: int = 0
    gpu_waits: int = 0
    gpu_wait_seconds: float = 0
    archetypes: tuple[ArchetypeMetrics, ...] = ()
    days: tuple[DayMetrics, ...] = ()
    stages: tuple[StageMetrics, ...] = ()
    failures: tuple[FailureMetrics, ...] = ()
    log_lines: int = 0
    damaged_log_lines: int = 0


def kpis(table: Path, today: date | None = None, price_per_hour: float = 0) -> Kpis:
    """KPIs over the Parquet files below ``table``. ``today`` (UTC) is the last day of the chart; by default it is now.

    ``price_per_hour`` is that of the machine, in any currency; without one, there is no cost per video.
    Raises ``DependencyMissing`` when a file is damaged.
    """
    import duckdb

    # DuckDB treats each name of the list as a pattern.
    files = [escape(str(path)) for path in sorted(table.glob("*.parquet"))]
    with duckdb.connect() as connection:
        connection.register("empty", schema().empty_table())
        try:
            damaged = _load(connection, files)
        except duckdb.Error as error:
            raise DependencyMissing(
                "metrics_damaged",
                f"A table of metrics cannot be read: {str(error).strip()[:300]}",
                f"Delete the damaged file in {table}. The next report recreates it if its log still exists.",
            ) from error
        found = _compute(connection, damaged, today or datetime.now(timezone.utc).date())
    delivered = found.completed + found.degraded
    if not price_per_hour or not delivered:
        return found
    return found.model_copy(update={"cost_per_video": found.run_seconds / 3600 * price_per_hour / delivered})


def _compute(connection: "duckdb.DuckDBPyConnection", damaged: int, today: date) -> Kpis:
    states = _rows(connection, kpi_queries.ENDS.format(span="NULL"))
    counts: dict[str, int] = {name: states[0][name] if states else 0 for name in ("completed", "degraded", "failed")}
    days = [
        DayMetrics(day=row.pop("span"), **row)
        for row in _rows(connection, kpi_queries.ENDS.format(span="CAST(time AS DATE)"))
    ]
    videos = sum(counts.values())
    return Kpis(
        **counts,
        success_rate=(videos - counts["failed"]) / videos if videos else None,
        days=tuple(one for one in days if 0 <= (today - one.day).days < DAYS),
        stages=tuple(StageMetrics(stage=row.pop("name"), **row) for row in _rows(connection, kpi_queries.STAGES)),
        failures=tuple(FailureMetrics(**row) for row in _rows(connection, kpi_queries.FAILURES)),
        damaged_log_lines=damaged,
        log_lines=_rows(connection, "SELECT count(*) AS count FROM lines")[0]["count"],
        archetypes=tuple(ArchetypeMetrics(**row) for row in _rows(connection, kpi_queries.ARCHETYPES)),
        **_rows(connection, kpi_queries.MAKING)[0],
        **_rows(connection, kpi_queries.QUEUE)[0],
        **_rows(connection, kpi_queries.WORK)[0],
        **_rows(connection, kpi_queries.CACHED)[0],
        **_rows(connection, kpi_queries.ENGINES)[0],
        **_rows(connection, kpi_queries.ATTEMPTS)[0],
        **_rows(connection, kpi_queries.BYTES)[0],
        **_rows(connection, kpi_queries.GPU)[0],
    )


def _load(connection: "duckdb.DuckDBPyConnection", files: list[str]) -> int:
    """Creates the table ``lines`` from Parquet files. Returns how many lines of their logs were damaged."""
    if not files:
        connection.execute(kpi_queries.LINES.format(files="SELECT * FROM empty"))
        return 0
    connection.execute(kpi_queries.LINES.format(files=kpi_queries.FILES), [files])
    damaged = "SELECT coalesce(sum(value::VARCHAR::BIGINT), 0)::BIGINT FROM parquet_kv_metadata(?) WHERE key = ?"
    return connection.execute(damaged, [files, DAMAGED]).fetchall()[0][0]


def _rows(connection: "duckdb.DuckDBPyConnection", query: str) -> list[dict[str, Any]]:
    result = connection.execute(query)
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
