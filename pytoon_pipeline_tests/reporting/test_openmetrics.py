"""Families of metrics."""

from pytoon_pipeline.reporting.openmetrics import gpu_gauges
from pytoon_pipeline.runtime.gpus import Gpu


def test_memory_and_use_of_each_gpu() -> None:
    """A part of a GPU does not report its use."""
    found = {
        (sample.name, sample.labels["gpu"]): sample.value
        for family in gpu_gauges((Gpu("one", 100, 25, 0.5), Gpu("part", 200, 0, None)))
        for sample in family.samples
    }
    assert found == {
        ("pytoon_gpu_memory_bytes", "0"): 100,
        ("pytoon_gpu_memory_bytes", "1"): 200,
        ("pytoon_gpu_memory_used_bytes", "0"): 25,
        ("pytoon_gpu_memory_used_bytes", "1"): 0,
        ("pytoon_gpu_busy_ratio", "0"): 0.5,
    }
    assert list(gpu_gauges(())) == []
