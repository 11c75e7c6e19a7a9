"""Tags of runs that wait in the queue."""

import pytest

from pytoon_pipeline.defs.tags import DEVICE_TAG, queue_tags
from pytoon_pipeline.runtime import device
from pytoon_pipeline.runtime.gpus import Gpu


def test_runs_that_may_use_a_gpu_are_tagged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTOON_DEVICE", raising=False)
    monkeypatch.setattr(device, "installed", tuple)
    assert queue_tags(None) == {}
    monkeypatch.setattr(device, "installed", lambda: (Gpu("Test GPU", 1 << 30, 0, None),))
    assert queue_tags(None) == {DEVICE_TAG: "cuda"}
    monkeypatch.setenv("PYTOON_DEVICE", "cpu")
    assert queue_tags(None) == {}
