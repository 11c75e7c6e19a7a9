"""KPIs as families of metrics for Prometheus and others that read OpenMetrics."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pytoon_pipeline.reporting.kpis import Kpis
from pytoon_pipeline.runtime.gpus import Gpu

if TYPE_CHECKING:
    from prometheus_client import Metric


def families(found: Kpis) -> Iterator["Metric"]:
    """The metrics of the KPIs. A figure without any data is left out."""
    yield from _gauges(found)
    yield from _stages(found)
    yield from _totals(found)


def gauge(name: str, about: str, value: float | None) -> Iterator["Metric"]:
    """A single figure; nothing without a value."""
    from prometheus_client.core import GaugeMetricFamily

    if value is not None:
        yield GaugeMetricFamily(f"pytoon_{name}", about, value=value)


def gpu_gauges(gpus: Sequence[Gpu]) -> Iterator["Metric"]:
    """Memory and use of each GPU now, by its number; nothing without one."""
    from prometheus_client.core import GaugeMetricFamily

    memory = GaugeMetricFamily("pytoon_gpu_memory_bytes", "Memory of a GPU.", labels=["gpu"])
    used = GaugeMetricFamily("pytoon_gpu_memory_used_bytes", "How much of it is used, by all programs.", labels=["gpu"])
    busy = GaugeMetricFamily("pytoon_gpu_busy_ratio", "Share of the last moments in which it was busy.", labels=["gpu"])
    for number, gpu in enumerate(gpus):
        memory.add_metric([str(number)], gpu.memory_bytes)
        used.add_metric([str(number)], gpu.used_bytes)
        if gpu.busy is not None:
            busy.add_metric([str(number)], gpu.busy)
    yield from (family for family in (memory, used, busy) if family.samples)


def _gauges(found: Kpis) -> Iterator["Metric"]:
    from prometheus_client.core import GaugeMetricFamily

    videos = GaugeMetricFamily("pytoon_videos", "Videos in their latest state.", labels=["state"])
    for state in ("completed", "degraded", "failed"):
        videos.add_metric([state], getattr(found, state))
    yield videos
    yield from gauge("success_ratio", "Share of videos that were delivered.", found.success_rate)
    yield from gauge(
        "first_attempt_pass_ratio", "Share of videos whose first attempt passed.", found.first_attempt_pass_rate
    )
    yield from gauge("fallback_ratio", "Share of runs that used another engine than local.", found.fallback_rate)
    yield from gauge("attempts_per_video", "Mean attempts per video.", found.attempts_per_video)
    yield from gauge("cost_per_video", "Cost of a delivered video, in the currency of the price.", found.cost_per_video)
    memory = None if found.peak_memory_mb is None else found.peak_memory_mb * 1e6
    yield from gauge("run_memory_peak_bytes", "The most memory that a run has occupied.", memory)
    runs = GaugeMetricFamily("pytoon_run_median_seconds", "Median time of a run that delivered.", labels=["cache"])
    queue = GaugeMetricFamily("pytoon_queue_seconds", "Time from pending to the first stage.", labels=["quantile"])
    for family, label, value in (
        (runs, "cold", found.cold_seconds),
        (runs, "warm", found.warm_seconds),
        (queue, "0.5", found.queue_median_seconds),
        (queue, "0.95", found.queue_p95_seconds),
    ):
        if value is not None:
            family.add_metric([label], value)
    yield from (runs, queue)


def _stages(found: Kpis) -> Iterator["Metric"]:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

    results = CounterMetricFamily("pytoon_stage_results", "Results of stages.", labels=["stage", "status"])
    seconds = GaugeMetricFamily("pytoon_stage_seconds", "Time of computing a stage.", labels=["stage", "quantile"])
    for one in found.stages:
        results.add_metric([one.stage, "computed"], one.computed)
        results.add_metric([one.stage, "cached"], one.cached)
        for quantile, value in (("0.5", one.median_seconds), ("0.95", one.p95_seconds)):
            if value is not None:
                seconds.add_metric([one.stage, quantile], value)
    yield from (results, seconds)


def _totals(found: Kpis) -> Iterator["Metric"]:
    from prometheus_client.core import CounterMetricFamily

    failures = CounterMetricFamily("pytoon_failures", "Failed runs.", labels=["category", "code"])
    for one in found.failures:
        failures.add_metric([one.category or "", one.code or ""], one.count)
    yield failures
    for name, about, value in (
        ("run_seconds", "Time of all runs.", found.run_seconds),
        ("written_bytes", "Bytes that stages have written.", found.bytes_written),
        ("reused_bytes", "Bytes of stages that were in the cache.", found.bytes_reused),
        ("gpu_results", "Stages that a GPU has computed.", found.gpu_results),
        ("gpu_waits", "Waits of runs for the memory of a GPU.", found.gpu_waits),
        ("gpu_wait_seconds", "Time of these waits.", found.gpu_wait_seconds),
        ("damaged_log_lines", "Log lines that cannot be read.", found.damaged_log_lines),
    ):
        yield CounterMetricFamily(f"pytoon_{name}", about, value=value)
