"""Pictures in batches that fit into the memory of the GPU."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from torch import Tensor

T = TypeVar("T")


def in_batches(compute: "Callable[[Tensor], T]", pictures: "Tensor", batch: int) -> Iterator[T]:
    """What ``compute`` finds in each ``batch`` of ``pictures``, shape (number, height, width, 3), in their order.

    Where memory does not suffice, the batch is halved, for all that follow, too. Raises torch's
    ``OutOfMemoryError`` when it does not suffice for one picture.
    """
    import torch

    first = 0
    while first < len(pictures):
        try:
            found = compute(pictures[first : first + batch])
        except torch.cuda.OutOfMemoryError:
            if batch == 1:
                raise
            batch //= 2
            torch.cuda.empty_cache()
            continue
        yield found
        first += batch
