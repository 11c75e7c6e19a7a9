"""All pictures in order: black, frozen, single odd ones, flashes."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.layers import shows_footage
from pytoon_pipeline.contracts.quality import Finding
from pytoon_pipeline.contracts.spec import RenderSpec
from pytoon_pipeline.quality.flashes import flashing
from pytoon_pipeline.quality.subject import Subject, covered, runs

# A block that differs from its neighbours in time by less than this part of the step is back where it was.
BACK = 0.35


def black(subject: Subject) -> Iterator[Finding]:
    limits, levels = subject.limits, subject.trace.levels
    for start, end in runs(levels <= limits.black_luma, _frames(subject, limits.black_seconds)):
        planned = subject.spec is not None and covered(start, end, subject.spec.dark)
        yield subject.limited(
            "time", "black", "black_luma", round(float(levels[start:end].max()), 1), "The picture is black.",
            "advice" if planned else "gate", start, end,
        )  # fmt: skip


def frozen(subject: Subject) -> Iterator[Finding]:
    """Nothing moves although something should. Of a foreign file no one knows what should.

    A planned still is no finding at all; footage that stands still in its source is one to know of.
    """
    limits, spec, changes = subject.limits, subject.spec, _bridged(subject.trace.changes)
    for start, end in runs(changes <= limits.frozen_luma, _frames(subject, limits.frozen_seconds)):
        planned = spec is None or covered(start, end, spec.still)
        if planned and spec is not None and not _shows_footage(spec, start, end):
            continue
        change = round(float(changes[start:end].max()), 4)
        yield subject.limited(
            "time", "frozen", "frozen_luma", change, "The picture stands still.", "advice" if planned else "gate",
            start, end,
        )  # fmt: skip


def odd(subject: Subject) -> Iterator[Finding]:
    """A single picture that is unlike both of its neighbours, while these are alike."""
    limits = subject.limits
    y = subject.trace.blocks[..., 0].astype(np.int16)
    if len(y) < 3:
        return
    before, after = np.abs(y[1:-1] - y[:-2]), np.abs(y[2:] - y[1:-1])
    step = np.minimum(before, after)
    back = np.abs(y[2:] - y[:-2]) <= BACK * step
    share = ((step >= limits.odd_luma) & back).mean(axis=(1, 2))
    dark = subject.spec.dark if subject.spec else ()
    for start, end in runs(share >= limits.odd_area):
        if any(part.start <= start + 1 < part.end for part in dark):
            continue  # the middle of a fade through black
        value = round(float(share[start:end].max()), 3)
        yield subject.limited(
            "time", "odd_frame", "odd_area", value, "A single picture is unlike its neighbours.",
            "gate" if subject.spec else "advice", start + 1, end + 1,
        )  # fmt: skip


def flashes(subject: Subject) -> Iterator[Finding]:
    limits = subject.limits
    sustained = (limits.flashes_sustained, limits.flashes_sustained_seconds)
    for one in flashing(subject.trace.blocks, subject.found.rate, limits.flashes_per_second, sustained):
        what = "It flashes red" if one.kind == "red" else "It flashes"
        yield subject.limited(
            "time", "red_flash" if one.kind == "red" else "flash", "flashes_per_second", one.flashes,
            f"{what} more often than is safe to watch.", "gate", one.start, one.end,
        )  # fmt: skip


def _frames(subject: Subject, seconds: float) -> int:
    return max(1, round(seconds * subject.found.rate))


def _bridged(changes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Where a segment begins nothing is known of the change: it counts as the larger one beside it."""
    known = changes.copy()
    for n in np.flatnonzero(np.isnan(known)):
        beside = [known[m] for m in (n - 1, n + 1) if 0 <= m < len(known) and not np.isnan(known[m])]
        known[n] = max(beside, default=255.0) if n else 255.0
    return known


def _shows_footage(spec: RenderSpec, start: int, end: int) -> bool:
    return any(shows_footage(layer) for first, last, layer in spec.layers() if first < end and last > start)
