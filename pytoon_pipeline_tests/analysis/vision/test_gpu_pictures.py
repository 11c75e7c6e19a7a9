"""Pictures in the memory of the GPU: bounded, and the least recently used leave first. Here torch uses the CPU."""

from typing import Any

import numpy as np
import pytest
import torch

from pytoon_pipeline.analysis.vision.gpu_pictures import GpuHolder, GpuPictures

IMAGE = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)


def held(holder: GpuHolder) -> GpuPictures:
    found = holder.hold([IMAGE, IMAGE], "cpu")
    assert found is not None
    return found


def test_what_is_held_is_the_same_tensor_for_every_step() -> None:
    holder = GpuHolder()
    pictures = held(holder)
    first, again = holder.use(pictures), holder.use(pictures)
    assert first is not None
    assert first is again
    assert np.array_equal(first.numpy(), [IMAGE, IMAGE])


def test_the_least_recently_used_leave_first() -> None:
    holder = GpuHolder(max_bytes=2 * 2 * IMAGE.nbytes)
    one, two = held(holder), held(holder)
    assert holder.use(one) is not None
    three = held(holder)
    assert [holder.use(each) is None for each in (one, two, three)] == [False, True, False]


def test_what_is_larger_than_all_is_not_held_and_nothing_leaves_for_it() -> None:
    holder = GpuHolder(max_bytes=2 * IMAGE.nbytes)
    kept = held(holder)
    assert holder.hold([IMAGE] * 3, "cpu") is None
    assert holder.use(kept) is not None


def test_without_memory_all_others_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    holder, real, asked = GpuHolder(), torch.Tensor.to, []
    kept = held(holder)

    def to(tensor: torch.Tensor, *more: Any) -> torch.Tensor:
        asked.append(kept.tensor is None)
        if not asked[-1]:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory")
        return real(tensor, *more)

    monkeypatch.setattr(torch.Tensor, "to", to)
    assert holder.use(held(holder)) is not None
    assert asked == [False, True]
    assert holder.use(kept) is None


def test_a_gpu_that_failed_holds_nothing() -> None:
    holder = GpuHolder()
    pictures = held(holder)
    holder.clear()
    assert holder.use(pictures) is None
