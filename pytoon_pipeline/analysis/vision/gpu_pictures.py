"""Pictures that stay in the memory of the GPU between the steps of this process.

They are the pixels that the store has: what is evicted is read from there, with the same result.
"""

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor

MAX_BYTES = 1 << 30


class GpuPictures:
    """The pictures of one source, shape (number, height, width, 3), until they are evicted."""

    def __init__(self, pictures: "Tensor") -> None:
        self.tensor: Tensor | None = pictures

    @property
    def bytes(self) -> int:
        return self.tensor.nbytes if self.tensor is not None else 0


class GpuHolder:
    """Holds up to ``max_bytes``; the pictures that were used least recently leave first."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes, self._lock = max_bytes, Lock()
        self._held: OrderedDict[int, GpuPictures] = OrderedDict()

    def hold(self, images: Sequence[NDArray[np.uint8]], device: str) -> GpuPictures | None:
        """Copies pictures of one size to ``device``; ``None`` where they are larger than all that may be held.

        Raises torch's ``RuntimeError`` when the GPU fails, for lack of memory only after all others have left.
        """
        import torch

        size = sum(image.nbytes for image in images)
        if size > self._max_bytes:
            return None
        with self._lock:
            while self._held and size + sum(one.bytes for one in self._held.values()) > self._max_bytes:
                self._evict()
            pictures = torch.from_numpy(np.stack(images))
            try:
                held = GpuPictures(pictures.to(device))
            except torch.cuda.OutOfMemoryError:
                while self._held:
                    self._evict()
                held = GpuPictures(pictures.to(device))
            self._held[id(held)] = held
            return held

    def use(self, pictures: GpuPictures) -> "Tensor | None":
        """The pictures, which now count as used; ``None`` when they were evicted."""
        with self._lock:
            if id(pictures) in self._held:
                self._held.move_to_end(id(pictures))
            return pictures.tensor

    def clear(self) -> None:
        """Evicts everything: what a GPU that has failed holds cannot be used."""
        with self._lock:
            while self._held:
                self._evict()

    def _evict(self) -> None:
        self._held.popitem(last=False)[1].tensor = None


holder = GpuHolder()
