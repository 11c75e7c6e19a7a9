"""The device that is chosen, why, and what its errors mean."""

import pytest
import torch

from pytoon_pipeline.runtime import device, gpus
from pytoon_pipeline.runtime.device import choose, failure, gpu_for_work, out_of_memory
from pytoon_pipeline.runtime.gpus import Gpu

LISTED = Gpu("GPU", 1 << 30, 0, None)


def test_the_cpu_can_be_asked_for() -> None:
    assert choose("cpu") == device.Device("cpu", "PYTOON_DEVICE is cpu")


@pytest.mark.skipif(bool(gpus.installed()), reason="this machine has a GPU")
def test_without_a_gpu_the_reason_is_said() -> None:
    assert choose("auto") == device.Device("cpu", gpus.why_none())


@pytest.mark.skipif(torch.version.cuda is not None, reason="torch can use GPUs")
def test_a_gpu_that_torch_cannot_use_is_not_chosen() -> None:
    assert choose("auto", lambda: (LISTED,)) == device.Device(
        "cpu", f"torch {torch.__version__} is a build without CUDA"
    )


def test_a_gpu_is_used_unless_the_settings_say_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTOON_DEVICE", raising=False)
    assert gpu_for_work(lambda: (LISTED,)) == LISTED
    assert gpu_for_work(tuple) is None
    monkeypatch.setenv("PYTOON_DEVICE", "cpu")
    assert gpu_for_work(lambda: (LISTED,)) is None


@pytest.mark.parametrize(
    ("error", "memory"),
    [
        (torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"), True),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate"), True),
        (MemoryError(), True),
        (RuntimeError("CUDA error: unspecified launch failure"), False),
    ],
)
def test_a_lack_of_memory_is_told_from_other_failures(error: Exception, memory: bool) -> None:
    assert out_of_memory(error) is memory
    assert failure(error).startswith("ran out of memory (" if memory else "cannot be used (")
