"""What finished pictures look like, in a few numbers each: enough to see what is wrong, small enough to keep."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.media.pictures import Plane

# Rows and columns of blocks: 60×60 pixels each of a 1080×1920 picture.
ROWS, COLUMNS = 32, 18
# Levels and changes look at every fourth value of luma in each direction, detail at every eighth row.
STEP, DETAIL_STEP = 4, 8
# Share of luma values that lie at or below a picture's level: a logo or a clock on black stays black.
LEVEL = 0.98
# The second difference along a row: nothing in smooth parts, much at edges of blocks and in grain.
BEND = np.array([[1, -2, 1]], np.float32)


@dataclass(frozen=True)
class Trace:
    """Measures of ``n`` pictures one after the other.

    ``blocks`` are mean Y, U, V, shape (n, ROWS, COLUMNS, 3), 8 bits. ``detail`` is the mean second difference of luma
    along rows, shape (n, ROWS / 2, COLUMNS / 2), in quarters of a level. ``levels`` is the 98th percentile of luma;
    ``changes`` the mean difference of luma to the picture before, NaN for the first.
    """

    blocks: NDArray[np.uint8]
    detail: NDArray[np.uint8]
    levels: NDArray[np.float32]
    changes: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.levels)

    def save(self, path: Path) -> None:
        with path.open("wb") as file:
            np.savez_compressed(file, **{field.name: getattr(self, field.name) for field in fields(self)})

    @classmethod
    def load(cls, path: Path) -> "Trace":
        with np.load(path) as stored:
            return cls(**{field.name: stored[field.name] for field in fields(cls)})

    @classmethod
    def joined(cls, traces: Iterable["Trace"]) -> "Trace":
        parts = list(traces)
        return cls(**{field.name: np.concatenate([getattr(t, field.name) for t in parts]) for field in fields(cls)})

    def at(self, frames: Any) -> "Trace":
        """The measures of some of the pictures."""
        return Trace(**{field.name: getattr(self, field.name)[frames] for field in fields(self)})


class Tracer:
    """Measures pictures as they come by."""

    def __init__(self) -> None:
        self._blocks: list[NDArray[np.uint8]] = []
        self._detail: list[NDArray[np.uint8]] = []
        self._levels: list[float] = []
        self._changes: list[float] = []
        self._before: Plane | None = None

    def add(self, y: Plane, u: Plane, v: Plane) -> None:
        """Planes of 4:2:0, 8 bits, limited range."""
        import cv2

        small = np.ascontiguousarray(y[::STEP, ::STEP])
        size = (COLUMNS, ROWS)
        planes = (cv2.resize(plane, size, interpolation=cv2.INTER_AREA) for plane in (small, u[::2, ::2], v[::2, ::2]))
        self._blocks.append(np.stack(list(planes), axis=2).astype(np.uint8))
        rows = y[::DETAIL_STEP]
        bends = np.abs(cv2.filter2D(rows, cv2.CV_16S, BEND))
        fine = cv2.resize(bends.astype(np.float32), (COLUMNS // 2, ROWS // 2), interpolation=cv2.INTER_AREA)
        self._detail.append(np.clip(4 * fine + 0.5, 0, 255).astype(np.uint8))
        counts = np.bincount(small.ravel(), minlength=256).cumsum()
        self._levels.append(float(np.searchsorted(counts, LEVEL * small.size)))
        change = float("nan")
        if self._before is not None:
            change = float(cv2.norm(small, self._before, cv2.NORM_L1)) / small.size
        self._changes.append(change)
        self._before = small

    def done(self) -> Trace:
        blocks = np.array(self._blocks, np.uint8).reshape(-1, ROWS, COLUMNS, 3)
        detail = np.array(self._detail, np.uint8).reshape(-1, ROWS // 2, COLUMNS // 2)
        return Trace(blocks, detail, np.array(self._levels, np.float32), np.array(self._changes, np.float32))
