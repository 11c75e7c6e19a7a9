"""Resamples one frame through a crop window, with subpixel precision.

Every value is computed from the exact position of its pixel, horizontally and then vertically, by kernels that numba
compiles. What moves by whole pixels across needs only the vertical pass. docs/rendering.md compares the alternatives.
The kernels neither reassociate nor fuse operations, so every processor computes the same values.
"""

from collections.abc import Iterator
from functools import lru_cache
from math import ceil, floor
from threading import local
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from pytoon_pipeline.contracts.geometry import Box, Rect
from pytoon_pipeline.media.frames import FramePart, Plane, SourceFrame, YuvFrame, reduced

# Weights are whole multiples of 2^-14: in 16 bits they multiply twice as fast as in 32. Values between the two passes
# have six fractional bits; cubic overshoot still fits in 16 bits.
WEIGHT_BITS, SUBPIXEL_BITS = 14, 6
# Four places in a row of values and their weights, for each of some pixels.
Weights = tuple[NDArray[np.int32], NDArray[np.int16]]
# The passes work on bands of at most this many values, which stay in the processor's cache while others encode.
BAND = 100_000
# Below this factor cubic interpolation skips pixels: averaging comes first.
REDUCE_BELOW = 0.67
# Neighbours on each side that cubic interpolation reads.
CONTEXT = 2


def sample_window(
    frame: YuvFrame | SourceFrame, window: Box, width: int, height: int, out: YuvFrame | None = None
) -> YuvFrame:
    """Returns ``window`` (fractions of the frame) of ``frame``, resampled to ``width`` × ``height`` pixels of 4:2:0.

    The planes of ``out`` are used as in ``resample``.
    """
    columns, rows = frame.size
    x, y = window.x * columns, window.y * rows
    w, h = window.width * columns, window.height * rows
    part = FramePart(frame, 0, 0) if isinstance(frame, YuvFrame) else _part(frame, x, y, w, h, width, height)
    planes, across, down = part.planes, part.across, part.down
    every, every_row = planes.subsampling
    # Chroma lies on every other luma column (the default siting of H.264): scaling must keep it there.
    left = (x - 0.5 - w / width / 2) / every + 0.5
    luma = ((x - part.left) / across, (y - part.top) / down, w / across, h / down)
    left = (left - part.left / every) / across
    chroma = (left, luma[1] / every_row, luma[2] / every, luma[3] / every_row)
    y_out, u_out, v_out = (None, None, None) if out is None else (out.y, out.u, out.v)
    return YuvFrame(
        resample(planes.y, *luma, width, height, y_out),
        resample(planes.u, *chroma, width // 2, height // 2, u_out),
        resample(planes.v, *chroma, width // 2, height // 2, v_out),
    )


def _part(frame: SourceFrame, x: float, y: float, w: float, h: float, width: int, height: int) -> FramePart:
    """The part of a frame that the rectangle (x, y, w, h) needs, averaged down as ``resample`` would do it."""
    columns, rows = frame.size
    across, down = _reduction(width / w), _reduction(height / h)
    left, right = _reach(x, w, columns, across)
    top, bottom = _reach(y, h, rows, down)
    return frame.part(Rect(left, top, right, bottom), across, down)


def _reach(start: float, length: float, size: int, step: int) -> tuple[int, int]:
    """The pixels ``[first, last)`` around a range, with context for luma and chroma, inside ``[0, size]``."""
    context = 2 * (CONTEXT + 1) * step
    first = min(max(0, floor(start) - context), max(0, size - 2 * step))
    return first, max(min(size, ceil(start + length) + context), min(size, first + 2 * step))


def resample(
    plane: Plane, x: float, y: float, w: float, h: float, width: int, height: int, out: Plane | None = None
) -> Plane:
    """Returns the rectangle (x, y, w, h), in pixels of ``plane`` from its edges, resampled to ``height`` × ``width``.

    Outside the plane its edge is repeated. A rectangle of whole pixels inside the plane that keeps its size is returned
    as a view; anything else is written to ``out``, or to a new plane.
    """
    rows, columns = plane.shape
    if (w, h, x % 1, y % 1) == (width, height, 0, 0) and min(x, y) >= 0 and x + w <= columns and y + h <= rows:
        return plane[int(y) : int(y) + height, int(x) : int(x) + width]
    across, down = _reduction(width / w), _reduction(height / h)
    y0, y1 = _span(y, h, rows, down)
    output = np.empty((height, width), np.uint8) if out is None else out
    if (w, x % 1, down) == (width, 0, 1) and x >= 0 and x + w <= columns:
        places, weights = _weights(y - y0, h, height, y1 - y0)
        _upright(plane[y0:y1, int(x) : int(x) + width], places, weights, output)
        return output
    x0, x1 = _span(x, w, columns, across)
    cut: Any = reduced(plane[y0:y1, x0:x1], across, down)
    columns, rows = cut.shape[1], cut.shape[0]
    across_weights = _weights((x - x0) / across, w / across, width, columns)
    down_weights = _weights((y - y0) / down, h / down, height, rows)
    _both_passes(cut, across_weights, down_weights, output)
    return output


def _both_passes(source: Plane, across: Weights, down: Weights, out: Plane) -> None:
    """Fills ``out`` with ``source`` resampled across and then down, band by band."""
    import cv2

    columns, width = source.shape[1], out.shape[1]
    most = max(BAND // max(columns, width), CONTEXT * 4)
    turned = _scratch.array("turned", columns * most, np.uint8)
    middle, upright = (_scratch.array(name, width * most, np.int16) for name in ("middle", "upright"))
    places, weights = down
    for band, first, last in _bands(places, most):
        rows = last - first
        # The kernels run along rows of memory, so the horizontal pass works on the transposed plane.
        columns_first = turned[: columns * rows].reshape(columns, rows)
        finer = middle[: width * rows].reshape(width, rows)
        rows_first = upright[: width * rows].reshape(rows, width)
        _finer(cv2.transpose(source[first:last], columns_first), *across, finer)
        _rounded(cv2.transpose(finer, rows_first), places[band] - np.int32(first), weights[band], out[band])


class _Scratch(local):
    """What lies between the passes, in memory that each thread keeps: new pages would take as long as a pass."""

    def __init__(self) -> None:
        self._memory: dict[str, NDArray[np.uint8]] = {}

    def array(self, name: str, count: int, kind: type[np.generic]) -> NDArray[Any]:
        """``count`` values that are not set. They are valid until the next ones with this name."""
        size = count * np.dtype(kind).itemsize
        if name not in self._memory or len(self._memory[name]) < size:
            self._memory[name] = np.empty(size, np.uint8)
        return self._memory[name][:size].view(kind)


_scratch = _Scratch()


def _bands(places: NDArray[np.int32], most: int) -> Iterator[tuple[slice, int, int]]:
    """Bands of output rows, and the source rows ``[first, last)`` that each reads: at most ``most``."""
    lowest, ends = places[:, 0], places[:, 3] + 1
    top = 0
    while top < len(places):
        first = int(lowest[top])
        bottom = int(np.searchsorted(ends, first + most, side="right"))
        yield slice(top, bottom), first, int(ends[bottom - 1])
        top = bottom


def _reduction(factor: float) -> int:
    return max(1, floor(1 / factor)) if factor < REDUCE_BELOW else 1


def _span(start: float, length: float, size: int, step: int) -> tuple[int, int]:
    """The pixels ``[first, last)`` around a range, with context, in ``[0, size]``, from a multiple of ``step`` on."""
    first = min(max(0, floor(start / step) - CONTEXT), (size - 1) // step) * step
    return first, max(min(size, (ceil((start + length) / step) + CONTEXT) * step), first + 1)


# Both chroma planes have the same weights, and a window that rests has them for all frames.
@lru_cache(maxsize=16)
@njit(nogil=True, cache=True)
def _weights(start: float, length: float, count: int, size: int) -> Weights:  # pragma: no cover
    """The four neighbours and their weights in fixed point, of ``count`` pixels over a range of a row of ``size``.

    Cubic convolution (Keys 1981) with a = -0.75, as in OpenCV. Both results have shape (count, 4).
    """
    places = np.empty((count, 4), np.int32)
    weights = np.empty((count, 4), np.int16)
    shares = np.empty(4)
    one = 1 << WEIGHT_BITS
    for i in range(count):
        at = start + (i + 0.5) * length / count - 0.5
        low = int(np.floor(at)) - 1
        for k in range(4):
            x = abs(at - (low + k))
            shares[k] = (1.25 * x - 2.25) * x * x + 1 if x <= 1 else ((-0.75 * x + 3.75) * x - 6) * x + 3
            places[i, k] = min(max(low + k, 0), size - 1)
        rest = one
        for k in range(4):
            weights[i, k] = int(np.floor(shares[k] * one + 0.5))
            rest -= weights[i, k]
        # What rounding leaves goes to the largest weight: flat areas keep their value.
        weights[i, 1 if shares[1] > shares[2] else 2] += rest
    return places, weights


@njit(nogil=True, cache=True)
def _finer(source: Any, places: Any, weights: Any, out: Any) -> None:  # pragma: no cover
    """Fills rows of ``out`` (int16, with fractional bits), each a weighted sum of four rows of 8 bits."""
    half, bits = np.int32(1 << (WEIGHT_BITS - SUBPIXEL_BITS - 1)), np.int32(WEIGHT_BITS - SUBPIXEL_BITS)
    for i in range(len(out)):
        row = out[i]
        a, b, c, d = source[places[i, 0]], source[places[i, 1]], source[places[i, 2]], source[places[i, 3]]
        p, q, r, s = weights[i, 0], weights[i, 1], weights[i, 2], weights[i, 3]
        for j in range(len(row)):
            total = np.int32(a[j]) * np.int32(p) + np.int32(b[j]) * np.int32(q)
            total += np.int32(c[j]) * np.int32(r) + np.int32(d[j]) * np.int32(s)
            row[j] = np.int16((total + half) >> bits)


@njit(nogil=True, cache=True)
def _upright(source: Any, places: Any, weights: Any, out: Any) -> None:  # pragma: no cover
    """Fills rows of ``out`` (8 bits), each a weighted sum of four rows of 8 bits: what both passes give together."""
    unit = np.float32(1 / (1 << WEIGHT_BITS))
    half, least, most = np.float32(0.5), np.float32(0), np.float32(255)
    for i in range(len(out)):
        row = out[i]
        a, b, c, d = source[places[i, 0]], source[places[i, 1]], source[places[i, 2]], source[places[i, 3]]
        p, q = unit * np.float32(weights[i, 0]), unit * np.float32(weights[i, 1])
        r, s = unit * np.float32(weights[i, 2]), unit * np.float32(weights[i, 3])
        for j in range(len(row)):
            row[j] = np.uint8(min(max(p * a[j] + q * b[j] + r * c[j] + s * d[j] + half, least), most))


@njit(nogil=True, cache=True)
def _rounded(source: Any, places: Any, weights: Any, out: Any) -> None:  # pragma: no cover
    """Fills rows of ``out`` (8 bits), each a weighted sum of four rows of 16 bits with fractional bits."""
    unit = np.float32(1 / (1 << (WEIGHT_BITS + SUBPIXEL_BITS)))
    half, least, most = np.float32(0.5), np.float32(0), np.float32(255)
    for i in range(len(out)):
        row = out[i]
        a, b, c, d = source[places[i, 0]], source[places[i, 1]], source[places[i, 2]], source[places[i, 3]]
        p, q = unit * np.float32(weights[i, 0]), unit * np.float32(weights[i, 1])
        r, s = unit * np.float32(weights[i, 2]), unit * np.float32(weights[i, 3])
        for j in range(len(row)):
            row[j] = np.uint8(min(max(p * a[j] + q * b[j] + r * c[j] + s * d[j] + half, least), most))
