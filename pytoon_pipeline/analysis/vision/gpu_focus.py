"""Where the detail of pictures is, as ``focus.focal_point`` finds it, for all pictures of a source at once with torch.

Each step gives the numbers that OpenCV gives: grey by its fixed-point weights, a blur that rounds halves up, borders
that mirror the picture, and gradients that are whole numbers.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.analysis.vision.gpu_batches import in_batches

if TYPE_CHECKING:
    from torch import Tensor

# OpenCV's weights of blue, green and red in grey, in 2 to the power of -15.
GREY, GREY_BITS = (3735, 19235, 9798), 15
# Pictures at once: their gradients take 12 bytes a pixel.
BATCH = 64


class Detail(NamedTuple):
    """The detail of a picture: its mean, and its sums by column and by row."""

    mean: float
    columns: NDArray[np.float32]
    rows: NDArray[np.float32]


def details(pictures: "Tensor", noise: float) -> Iterator[Detail]:
    """The gradients above ``noise`` of BGR ``pictures``, shape (number, height, width, 3). Only sums leave the device.

    Raises torch's ``RuntimeError`` when it fails.
    """
    width = pictures.shape[2]
    for sums in in_batches(lambda batch: _sums(batch, noise), pictures, BATCH):
        for one in sums:
            yield Detail(float(one[0]), one[1 : 1 + width], one[1 + width :])


def _sums(pictures: "Tensor", noise: float) -> NDArray[np.float32]:
    """For each picture the mean of its detail, its sums by column and its sums by row, one after the other."""
    import torch

    gradient = _gradient(pictures)
    gradient[gradient < noise] = 0
    return torch.cat((gradient.mean((1, 2))[:, None], gradient.sum(1), gradient.sum(2)), 1).numpy(force=True)


def _gradient(pictures: "Tensor") -> "Tensor":
    """A quarter of the magnitude of Sobel's gradient, shape (number, height, width)."""
    import torch

    weights = torch.tensor(GREY, dtype=torch.int32, device=pictures.device)
    grey = ((pictures.int() * weights).sum(3) + (1 << GREY_BITS >> 1)) >> GREY_BITS
    above, middle, below = _shifted(grey, 1)
    smooth = above + 2 * middle + below
    left, middle, right = _shifted(smooth, 2)
    blurred = (left + 2 * middle + right + 8) >> 4
    above, middle, below = _shifted(blurred, 1)
    left, _, right = _shifted(above + 2 * middle + below, 2)
    across = right - left
    left, middle, right = _shifted(blurred, 2)
    above, _, below = _shifted(left + 2 * middle + right, 1)
    down = below - above
    return (across.float() ** 2 + down.float() ** 2).sqrt() / 4


def _shifted(values: "Tensor", dimension: int) -> "tuple[Tensor, Tensor, Tensor]":
    """Of each pixel, the one before it, itself and the one after it; beyond the edge comes the last but one."""
    import torch

    count = values.shape[dimension]
    inner = torch.arange(count, device=values.device)
    before, after = (inner - 1).abs(), count - 1 - (count - 2 - inner).abs()
    return values.index_select(dimension, before), values, values.index_select(dimension, after)
