"""KPIs as Markdown, for the Dagster UI and the command line."""

from collections.abc import Iterable

from pytoon_pipeline.reporting.kpis import Kpis
from pytoon_pipeline.reporting.markdown import cell

# Rows of the tables that people see, and characters of a cell.
MAX_DAYS, MAX_FAILURES = 7, 8
MAX_CELL = 80


def as_markdown(metrics: Kpis) -> str:
    """KPIs as short Markdown tables."""
    head = {
        "videos completed": metrics.completed,
        "degraded": metrics.degraded,
        "failed": metrics.failed,
        "delivered": _percent(metrics.success_rate),
        "passed at the first attempt": _percent(metrics.first_attempt_pass_rate),
        "attempts per video": _number(metrics.attempts_per_video),
        "runs that used another engine than local": _percent(metrics.fallback_rate),
        "written": f"{metrics.bytes_written / 1e6:.1f} MB",
        "damaged log lines": f"{metrics.damaged_log_lines} of {metrics.log_lines + metrics.damaged_log_lines}",
    }
    stages = [
        (one.stage, one.computed, one.cached, _percent(one.hit_rate), _number(one.median_seconds),
         _number(one.p95_seconds), f"{one.bytes / 1e6:.1f}")
        for one in metrics.stages
    ]  # fmt: skip
    days = [(one.day, one.completed, one.degraded, one.failed) for one in metrics.days[-MAX_DAYS:]]
    failures = [(one.category or "–", one.code or "–", one.count) for one in metrics.failures[:MAX_FAILURES]]
    tables = [
        _table(("all videos", ""), head.items()),
        _table(("stage", "computed", "cached", "hit rate", "median s", "p95 s", "MB"), stages),
        _table(("day", "completed", "degraded", "failed"), days),
        _table(("category", "code", "count"), failures),
    ]
    return "\n\n".join(table for table in tables if table)


def _table(head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    """A Markdown table; empty without rows. Text from logs is escaped."""
    lines = ["| " + " | ".join(cell(value, MAX_CELL) for value in row) + " |" for row in rows]
    return "\n".join(["| " + " | ".join(head) + " |", "|" + "---|" * len(head), *lines]) if lines else ""


def _percent(rate: float | None) -> str:
    return "–" if rate is None else f"{100 * rate:.1f} %"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
