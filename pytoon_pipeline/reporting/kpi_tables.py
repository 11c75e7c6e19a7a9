"""KPIs as tables that people read, in Dagster's UI and on the command line."""

from collections.abc import Iterator
from dataclasses import dataclass

from pytoon_pipeline.reporting.kpis import Kpis

# Rows of the tables that people see.
MAX_DAYS, MAX_FAILURES = 7, 8


@dataclass(frozen=True)
class Table:
    """A table of cells as text. An empty one has no rows."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tables(metrics: Kpis) -> Iterator[Table]:
    """The tables of the KPIs that have rows."""
    for head, rows in (
        (("all videos", ""), [*_totals(metrics).items()]),
        (("archetype", "runs", "degraded", "score", "run s", "video s"), _archetypes(metrics)),
        (("stage", "computed", "cached", "hit rate", "median s", "p95 s", "MB"), _stages(metrics)),
        (("day", "completed", "degraded", "failed", "mean score"), _days(metrics)),
        (("category", "code", "count"), _failures(metrics)),
    ):
        if rows:
            yield Table(head, tuple(tuple(map(str, row)) for row in rows))


def _totals(metrics: Kpis) -> dict[str, object]:
    return {
        "videos completed": metrics.completed,
        "degraded": metrics.degraded,
        "failed": metrics.failed,
        "delivered": _percent(metrics.success_rate),
        "passed at the first attempt": _percent(metrics.first_attempt_pass_rate),
        "attempts per video": _number(metrics.attempts_per_video),
        "seconds of a run with nothing cached": _number(metrics.cold_seconds),
        "seconds of a run with cached stages": _number(metrics.warm_seconds),
        "seconds in the queue": _number(metrics.queue_median_seconds),
        "seconds in the queue, 95 of 100 videos": _number(metrics.queue_p95_seconds),
        "cost per video": _number(metrics.cost_per_video),
        "most memory of a run": _megabytes(metrics.peak_memory_mb),
        "stages computed by a GPU": metrics.gpu_results,
        "waits for a GPU": f"{metrics.gpu_waits}, {_number(metrics.gpu_wait_seconds)} s",
        "runs that used another engine than local": _percent(metrics.fallback_rate),
        "written": _megabytes(metrics.bytes_written / 1e6),
        "reused": _megabytes(metrics.bytes_reused / 1e6),
        "damaged log lines": f"{metrics.damaged_log_lines} of {metrics.log_lines + metrics.damaged_log_lines}",
    }


def _archetypes(metrics: Kpis) -> list[tuple[object, ...]]:
    return [
        (one.archetype, one.runs, one.degraded, _number(one.median_score), _number(one.median_seconds),
         _number(one.median_video_seconds))
        for one in metrics.archetypes
    ]  # fmt: skip


def _stages(metrics: Kpis) -> list[tuple[object, ...]]:
    return [
        (one.stage, one.computed, one.cached, _percent(one.hit_rate), _number(one.median_seconds),
         _number(one.p95_seconds), f"{one.bytes / 1e6:.1f}")
        for one in metrics.stages
    ]  # fmt: skip


def _days(metrics: Kpis) -> list[tuple[object, ...]]:
    return [
        (one.day, one.completed, one.degraded, one.failed, _number(one.mean_score)) for one in metrics.days[-MAX_DAYS:]
    ]


def _failures(metrics: Kpis) -> list[tuple[object, ...]]:
    return [(one.category or "–", one.code or "–", one.count) for one in metrics.failures[:MAX_FAILURES]]


def _percent(rate: float | None) -> str:
    return "–" if rate is None else f"{100 * rate:.1f} %"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _megabytes(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f} MB"
