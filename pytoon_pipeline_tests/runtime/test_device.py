"""The device that is chosen, why, and what its errors mean."""

import pytest
import torch

from pytoon_pipeline.runtime import device, gpus
from pytoon_pipeline.runtime.device import choose, failure, out_of_memory
from pytoon_pipeline.runtime.gpus import Gpu


def test_the_cpu_can_be_asked_for() -> None:
    assert choose("cpu") == device.Device("cpu", "PYTOON_DEVICE is cpu")


@pytest.mark.skipif(bool(gpus.installed()), reason="this machine has a GPU")
def test_without_a_gpu_the_reason_is_said() -> None:
    assert choose("auto") == device.Device("cpu", gpus.why_none())


@pytest.mark.skipif(torch.version.cuda is not None, reason="torch can use GPUs")
def test_a_gpu_that_torch_cannot_use_is_not_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "installed", lambda: (Gpu("Test GPU", 1 << 30, 0, None),))
    assert choose("auto") == device.Device("cpu", f"torch {torch.__version__} is a build without CUDA")


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
