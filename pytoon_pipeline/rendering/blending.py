"""Planes of premultiplied values over others: ``plane · (1 - coverage) + values``, rounded and limited to 8 bits."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from pytoon_pipeline.media.frames import Plane


def blend_plane(plane: Plane, values: Plane, coverage: Plane) -> None:
    """Blends ``values`` with ``coverage`` (255 is opaque) over ``plane`` in place. All have one shape."""
    _kernel()(plane, values, coverage)


@lru_cache(maxsize=1)
def _kernel() -> Callable[[Plane, Plane, Plane], None]:
    """The kernel, compiled once for planes of any layout: parts of planes and whole ones are blended alike."""
    from numba import njit, types

    read, write = (types.Array(types.uint8, 2, "A", readonly=readonly) for readonly in (True, False))
    compiled: Callable[[Plane, Plane, Plane], None] = njit(types.void(write, read, read), nogil=True, cache=True)(_over)
    return compiled


def _over(plane: Any, values: Any, coverage: Any) -> None:  # pragma: no cover
    for i in range(plane.shape[0]):
        row, value, cover = plane[i], values[i], coverage[i]
        for j in range(len(row)):
            # Division by 255, rounded to the nearest.
            product = np.uint16(np.uint16(row[j]) * np.uint16(255 - cover[j]) + np.uint16(128))
            rest = np.uint16(product + np.uint16(product >> 8)) >> 8
            row[j] = np.uint8(min(np.uint16(np.uint16(rest) + np.uint16(value[j])), np.uint16(255)))
