"""Scaling decoded frames where they are, with torch: in the memory of a GPU, or of the CPU in the same way.

It computes what libav's scaler computes on the CPU when it is asked for accuracy, to one level of 255. Two matrices do
it, one for each direction, so that a frame is read once and nothing of its size leaves the device.
"""

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from pytoon_pipeline.media.nvdec import TWO_PLANES

if TYPE_CHECKING:
    import torch
    from av.video.frame import VideoFrame
    from torch import Tensor

# The weights of red and blue in Y, by the number of the matrix in ITU-T H.273; that of BT.601 where none is named, as
# libav does.
BT601 = (0.299, 0.114)
MATRICES = {1: (0.2126, 0.0722), 9: (0.2627, 0.0593), 10: (0.2627, 0.0593)}
FULL_RANGE = 2
# Levels of 8 bits: of black, and from there to white and to the strongest colours.
LIMITED, FULL = (16.0, 219.0, 224.0), (0.0, 255.0, 255.0)


def scale(frame: "VideoFrame", width: int, height: int, left_chroma: bool) -> "Tensor":
    """The frame as BGR, shape (height, width, 3), bytes. The frame is in one of ``TWO_PLANES``.

    ``left_chroma``: samples of chroma lie on the left of two columns, not between them. Work of the GPU may be still
    under way when this returns: hold the frame until ``torch.cuda.synchronize``.
    """
    import torch

    y, chroma = _plane(frame, 0), _plane(frame, 1).permute(2, 0, 1)
    y = _resized(y, width, height, 0.0)
    chroma = _resized(chroma, width, height, 0.25 if left_chroma else 0.0)
    black, luma_range, chroma_range = FULL if int(frame.color_range) == FULL_RANGE else LIMITED
    y = (y - black) * (255 / luma_range)
    u, v = (chroma - 128) * (255 / chroma_range)
    red, blue = MATRICES.get(int(frame.colorspace), BT601)
    r, b = y + 2 * (1 - red) * v, y + 2 * (1 - blue) * u
    g = (y - red * r - blue * b) / (1 - red - blue)
    return torch.stack((b, g, r), 2).clamp(0, 255).round().to(torch.uint8)


def _resized(plane: "Tensor", width: int, height: int, shift: float) -> "Tensor":
    rows, columns = plane.shape[-2:]
    across, down = _weights(columns, width, shift, plane.device), _weights(rows, height, 0.0, plane.device)
    return down @ (plane @ across.T)


def _plane(frame: "VideoFrame", number: int) -> "Tensor":
    """A plane in levels of 8 bits, without a copy to another device."""
    import torch

    name = frame.sw_format.name if frame.format.name == "cuda" and frame.sw_format else frame.format.name
    # By its capsule: torch would ask the plane to wait for a stream, which PyAV refuses. Both use the default stream
    # of the device, which keeps their order.
    plane = torch.from_dlpack(frame.planes[number].__dlpack__())
    return plane.float() / TWO_PLANES[name]


@lru_cache(maxsize=32)
def _weights(source: int, target: int, shift: float, device: "torch.device") -> "Tensor":
    """The matrix, shape (target, source), that resizes a line: each pixel is the mean over its area, or between its two
    neighbours where the line becomes longer. ``shift`` is how far the source lies to the left, in its pixels.
    """
    import torch

    step, column = source / target, np.arange(source)
    first = np.arange(target)[:, None] * step + shift
    if step >= 1:
        shared = np.minimum(first + step, column + 1) - np.maximum(first, column)
    else:
        shared = 1 - np.abs(np.clip(first + step / 2 - 0.5, 0, source - 1) - column)
    weights = np.maximum(shared, 0)
    return torch.from_numpy((weights / weights.sum(1, keepdims=True)).astype(np.float32)).to(device)
