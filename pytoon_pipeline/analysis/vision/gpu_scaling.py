"""Scaling decoded frames where they are, with torch: in the memory of a GPU, or of the CPU in the same way.

It computes what libav's scaler computes on the CPU when it is asked for accuracy, in the same whole numbers: the
pictures are equal, bit for bit. The numbers are held as 64-bit floats, which add and multiply them exactly, in any
order: all are below 2 to the power of 53. Two matrices do the work, one for each direction, so that a frame is read
once and nothing of its size leaves the device.
"""

from functools import lru_cache
from typing import TYPE_CHECKING

from pytoon_pipeline.analysis.vision.area_weights import LEFT_CHROMA, MIDDLE, area_weights

if TYPE_CHECKING:
    import torch
    from av.video.frame import VideoFrame
    from torch import Tensor

# Bits of the weights across and down, in groups of so many, as x86 processors take them. What lies between has 15 bits.
ACROSS_BITS, DOWN_BITS, BETWEEN = 14, 12, (1 << 15) - 1
GROUPS = {ACROSS_BITS: 4, DOWN_BITS: 2}
# How many of these bits are dropped before and after the colours are computed.
DROPPED, COLOUR_BITS = 10, 22
# Where a pixel is the mean of two lines of chroma, and of at most two of luma, it is not rounded but cut.
CUT_TAPS = ((1, 2), (2, 2))
# What U and V add to blue, red and green, in 2 to the power of -16, by the number of the matrix in ITU-T H.273; that of
# BT.601 where none is named. All are of limited range (ITU-T H.273, and libswscale's tables).
BT601 = (104597, 132201, 25675, 53279)
MATRICES = {
    1: (117489, 138438, 13975, 34925),
    4: (104448, 132798, 24759, 53109),
    7: (117579, 136230, 16907, 35559),
    9: (110013, 140363, 12277, 42626),
    10: (110013, 140363, 12277, 42626),
}
FULL_RANGE = 2


def scale(frame: "VideoFrame", width: int, height: int, left_chroma: bool) -> "Tensor":
    """The frame as BGR, shape (height, width, 3), bytes. The frame is in one of ``nvdec.TWO_PLANES``.

    ``left_chroma``: samples of chroma lie on the left of two columns, not between them. Work of the GPU may be still
    under way when this returns: hold the frame until ``torch.cuda.synchronize``.
    """
    import torch

    luma, luma_taps = _resized(_plane(frame, 0), width, height, MIDDLE)
    chroma, taps = _resized(_plane(frame, 1).permute(2, 0, 1), width, height, LEFT_CHROMA if left_chroma else MIDDLE)
    half = 0 if (luma_taps, taps) in CUT_TAPS else 1 << DROPPED - 1
    y = _shifted(luma + half, DROPPED)
    u, v = _shifted(chroma + half - (128 << ACROSS_BITS + DOWN_BITS - 7), DROPPED)
    black, gain, red, blue, green_of_u, green_of_v = _colours(frame)
    y = (y - black) * gain + (1 << COLOUR_BITS - 1)
    channels = torch.stack((y + blue * u, y - green_of_u * u - green_of_v * v, y + red * v), 2)
    return _shifted(channels, COLOUR_BITS).clamp(0, 255).to(torch.uint8)


def _resized(plane: "Tensor", width: int, height: int, position: int) -> "tuple[Tensor, int]":
    """The plane, shape (…, rows, columns), times 2 to the power of 7 and ``DOWN_BITS``; and the lines of each mean."""
    import torch

    rows, columns = plane.shape[-2:]
    across, _ = _weights(columns, width, position, ACROSS_BITS, plane.device)
    down, taps = _weights(rows, height, MIDDLE, DOWN_BITS, plane.device)
    bits = 8 if plane.dtype == torch.uint8 else 16
    return down @ _shifted(plane.double() @ across.T, bits - 1).clamp(max=BETWEEN), taps


def _colours(frame: "VideoFrame") -> tuple[int, ...]:
    """Black and the gain of Y, and what V adds to red, U to blue, and both take from green, in 13 bits."""
    full = int(frame.color_range) == FULL_RANGE
    red, blue, green_of_u, green_of_v = MATRICES.get(int(frame.colorspace), BT601)
    if full:
        red, blue, green_of_u, green_of_v = (value * 224 // 255 for value in (red, blue, green_of_u, green_of_v))
    gain = 1 << 16 if full else (255 << 16) // 219
    rounded = ((value + 4) >> 3 for value in (gain, red, blue))
    # Green is computed of negative numbers, whose halves are rounded up, too.
    green = (-((4 - value) >> 3) for value in (green_of_u, green_of_v))
    return 0 if full else 16 << 9, *rounded, *green


def _shifted(values: "Tensor", bits: int) -> "Tensor":
    """Whole numbers without their last bits, as ``>>`` would leave them."""
    return (values / (1 << bits)).floor()


def _plane(frame: "VideoFrame", number: int) -> "Tensor":
    """A plane as it is stored, without a copy to another device."""
    import torch

    # By its capsule: torch would ask the plane to wait for a stream, which PyAV refuses. Both use the default stream
    # of the device, which keeps their order.
    return torch.from_dlpack(frame.planes[number].__dlpack__())


@lru_cache(maxsize=32)
def _weights(source: int, target: int, position: int, bits: int, device: "torch.device") -> "tuple[Tensor, int]":
    import torch

    matrix, taps = area_weights(source, target, position, bits, GROUPS[bits])
    return torch.from_numpy(matrix).double().to(device), taps
