"""Statistics of rendered frames: a few numbers for each, enough to find defects and small enough to store."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.media import colour
from pytoon_pipeline.media.frames import Plane

# Rows and columns of blocks: 60×60 pixels each of a 1080×1920 picture.
ROWS, COLUMNS = 32, 18
# Luma is measured at every fourth value in each direction, its detail in every tenth row, chroma in every third row.
STEP, DETAIL_STEP, CHROMA_STEP = 4, 10, 3
# Stripes are searched in every other frame and stand for the next one, too.
STRIPES_EVERY = 2
# Share of luma values at or below a frame's level: a frame with a logo or a clock on black counts as black.
LEVEL = 0.98
# Red is saturated at this share of all light and above (WCAG 2.3.1).
SATURATED = 0.8


@dataclass(frozen=True)
class FrameStats:
    """Measures of ``n`` consecutive frames.

    ``blocks`` are mean Y, U, V, shape (n, ROWS, COLUMNS, 3), 8 bits; ``light`` and ``red`` the relative luminance of
    each and WCAG 2.3.1's measure of red, R - G - B, 0 where red is not saturated, both with 255 for 1. ``detail`` is
    the mean second difference of luma along rows, shape (n, ROWS, COLUMNS), in quarters of a level. ``levels`` is the
    98th percentile of luma; ``changes`` the mean difference of luma to the previous frame, NaN for the first.

    What means over a block cannot show: ``point_light`` and ``point_red`` are those of a small square in the middle of
    each block; ``stripes`` say where in the cycle of regular stripes that lies, shape (n, ROWS, COLUMNS, 2).
    """

    blocks: NDArray[np.uint8]
    detail: NDArray[np.uint8]
    light: NDArray[np.uint8]
    red: NDArray[np.uint8]
    point_light: NDArray[np.uint8]
    point_red: NDArray[np.uint8]
    stripes: NDArray[np.uint8]
    levels: NDArray[np.float32]
    changes: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.levels)

    def save(self, path: Path) -> None:
        """Writes an Arrow file with a row for each frame and a column for each measure."""
        import pyarrow as pa

        measures = {field.name: getattr(self, field.name) for field in fields(self)}
        columns = {
            name: pa.FixedSizeListArray.from_arrays(values.ravel(), prod(values.shape[1:])) if SHAPES[name] else values
            for name, values in measures.items()
        }
        batch = pa.record_batch(columns)
        options = pa.ipc.IpcWriteOptions(compression="zstd", use_threads=False)
        with pa.ipc.new_file(str(path), batch.schema, options=options) as file:
            file.write_batch(batch)

    @classmethod
    def load(cls, path: Path) -> "FrameStats":
        import pyarrow as pa

        options = pa.ipc.IpcReadOptions(use_threads=False)
        batch = pa.ipc.open_file(path.read_bytes(), options=options).get_batch(0)
        columns = {name: batch.column(name) for name in SHAPES}
        return cls(**{
            name: (columns[name].values if shape else columns[name]).to_numpy().reshape((-1, *shape))
            for name, shape in SHAPES.items()
        })  # fmt: skip

    @classmethod
    def joined(cls, traces: Iterable["FrameStats"]) -> "FrameStats":
        parts = list(traces)
        return cls(**{field.name: np.concatenate([getattr(t, field.name) for t in parts]) for field in fields(cls)})

    def at(self, frames: Any) -> "FrameStats":
        """The measures of some of the frames."""
        return FrameStats(**{field.name: getattr(self, field.name)[frames] for field in fields(self)})


# The shape of each measure of a frame.
SHAPES = {
    **dict.fromkeys(("detail", "light", "red", "point_light", "point_red"), (ROWS, COLUMNS)),
    **{"blocks": (ROWS, COLUMNS, 3), "stripes": (ROWS, COLUMNS, 2), "levels": (), "changes": ()},
}


class FrameStatsCollector:
    """Measures frames one after the other."""

    def __init__(self) -> None:
        self._blocks: tuple[list[Any], list[Any], list[Any]] = ([], [], [])
        self._points: tuple[list[Any], list[Any], list[Any]] = ([], [], [])
        self._stripes: list[NDArray[np.uint8]] = []
        self._detail: list[NDArray[np.uint8]] = []
        self._levels: list[float] = []
        self._changes: list[float] = []
        self._before: Plane | None = None

    def add(self, y: Plane, u: Plane, v: Plane) -> None:
        """Planes of 4:2:0, 8 bits, limited range."""
        import cv2

        from pytoon_pipeline.media.blocks import means, second_differences, subsampled
        from pytoon_pipeline.media.stripes import points, stripes

        small = subsampled(y, STEP)
        measured = zip(self._blocks, self._points, (small, u, v), (1, CHROMA_STEP, CHROMA_STEP), strict=True)
        for blocks, single, plane, step in measured:
            blocks.append(means(plane, ROWS, COLUMNS, step))
            single.append(points(plane, ROWS, COLUMNS))
        again = len(self._stripes) % STRIPES_EVERY
        self._stripes.append(self._stripes[-1] if again else stripes(y, ROWS, COLUMNS))
        self._detail.append(means(second_differences(y, DETAIL_STEP), ROWS, COLUMNS))
        counts = cv2.calcHist([small], [0], None, [256], [0, 256])
        self._levels.append(float(np.searchsorted(counts[:, 0].cumsum(), LEVEL * small.size)))
        change = float("nan")
        if self._before is not None:
            change = float(cv2.norm(small, self._before, cv2.NORM_L1)) / small.size
        self._changes.append(change)
        self._before = small

    def done(self) -> FrameStats:
        shape = (-1, ROWS, COLUMNS)
        blocks = np.stack([np.array(planes, np.uint8).reshape(shape) for planes in self._blocks], axis=-1)
        light, red = _light_and_red(blocks)
        point_light, point_red = _light_and_red(
            np.stack([np.array(planes, np.uint8).reshape(shape) for planes in self._points], axis=-1)
        )
        return FrameStats(
            blocks=blocks,
            detail=np.array(self._detail, np.uint8).reshape(shape),
            light=light,
            red=red,
            point_light=point_light,
            point_red=point_red,
            stripes=np.array(self._stripes, np.uint8).reshape((*shape, 2)),
            levels=np.array(self._levels, np.float32),
            changes=np.array(self._changes, np.float32),
        )


def _light_and_red(blocks: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Relative luminance and WCAG's red measure of blocks of BT.709 planes, limited range."""
    shown = _LINEAR[np.clip(colour.to_rgb(*np.moveaxis(blocks, -1, 0)) + 0.5, 0, 255).astype(np.uint8)]
    light = shown @ np.array([colour.KR, colour.KG, colour.KB], np.float32)
    total = shown.sum(axis=-1)
    saturated = (shown[..., 0] >= SATURATED * total) & (total > 0)
    red = np.where(saturated, np.clip(2 * shown[..., 0] - total, 0, 1), 0)
    return (255 * light + 0.5).astype(np.uint8), (255 * red + 0.5).astype(np.uint8)


_LINEAR = colour.linear(np.arange(256, dtype=np.uint8)).astype(np.float32)
