"""Tags of runs that wait in the queue."""

from pytoon_pipeline.defs.tags import DEVICE_TAG, queue_tags
from pytoon_pipeline.runtime.gpus import Gpu


def test_runs_that_may_use_a_gpu_are_tagged() -> None:
    assert queue_tags(None, lambda: None) == {}
    assert queue_tags(None, lambda: Gpu("GPU", 1 << 30, 0, None)) == {DEVICE_TAG: "cuda"}
