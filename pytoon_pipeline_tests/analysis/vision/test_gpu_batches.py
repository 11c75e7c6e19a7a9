"""Batches that fit into the memory of the GPU."""

import pytest
import torch

from pytoon_pipeline.analysis.vision.gpu_batches import in_batches


def test_batches_are_halved_until_they_fit_and_none_is_lost() -> None:
    sizes = list[int]()

    def compute(pictures: torch.Tensor) -> list[int]:
        sizes.append(len(pictures))
        if len(pictures) > 3:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory.")
        return pictures.flatten().tolist()

    found = [one for batch in in_batches(compute, torch.arange(10).reshape(10, 1, 1, 1), 8) for one in batch]
    assert found == list(range(10))
    assert sizes == [8, 4, 2, 2, 2, 2, 2], "what did not fit once is not tried again"


def test_what_does_not_fit_alone_fails() -> None:
    def compute(_: torch.Tensor) -> None:
        raise torch.cuda.OutOfMemoryError("CUDA out of memory.")

    with pytest.raises(torch.cuda.OutOfMemoryError):
        list(in_batches(compute, torch.zeros(4, 1, 1, 3), 2))
