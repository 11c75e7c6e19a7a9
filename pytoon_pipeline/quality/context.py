"""What is checked, and how a finding about it is put."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.analysis import Face
from pytoon_pipeline.contracts.preset import Limits
from pytoon_pipeline.contracts.quality import Finding, Severity, Tier
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec, Segment
from pytoon_pipeline.contracts.time import FrameRange
from pytoon_pipeline.media.frame_stats import FrameStats
from pytoon_pipeline.quality.inspection import Inspection
from pytoon_pipeline.quality.references import References
from pytoon_pipeline.rendering.contact_sheet import BgrImage

Sound = NDArray[np.float32]


@dataclass(frozen=True)
class RenderedMeasurements:
    """What was measured while the video was made: its pictures, and its sound as it was encoded, shape (n, 2)."""

    frame_stats: FrameStats
    audio: Sound | None = None


@dataclass(frozen=True)
class CheckContext:
    """A file to check. ``spec`` is none for a foreign one, whose plan is unknown; ``silent`` is a planned silence.

    ``played`` is the file's own sound, where that has to be compared with what was ``rendered``; ``faces`` are those of
    the items. ``pictures`` are small copies of frames of the file, to be compared with the items' ``references``.
    """

    inspection: Inspection
    spec: RenderSpec | None
    limits: Limits
    limit_sources: Mapping[str, str]
    planned_silence: bool = False
    rendered: RenderedMeasurements | None = None
    decoded_audio: Sound | None = None
    faces: Mapping[str, Sequence[Face]] = field(default_factory=dict)
    sampled_images: Mapping[int, BgrImage] = field(default_factory=dict)
    references: References | None = None

    @property
    def segments(self) -> Sequence[Segment]:
        return self.spec.segments if self.spec else ()

    @property
    def frame_stats(self) -> FrameStats:
        """Measures of all pictures: of the file, or where that holds the segments' own packets, as rendered."""
        return (
            self.rendered.frame_stats
            if self.inspection.packets_verified and self.rendered
            else self.inspection.frame_stats
        )

    @property
    def comparable(self) -> bool:
        """Whether each picture of the file has one that was rendered beside it."""
        return self.rendered is not None and len(self.inspection.times) == len(self.rendered.frame_stats)

    def limited(
        self, tier: Tier, code: str, limit: str, value: float, message: str, severity: Severity = "gate",
        start: int | None = None, end: int | None = None,
    ) -> Finding:  # fmt: skip
        """A finding against one of the limits in ``presets/limits.yaml``."""
        number = getattr(self.limits, limit)
        return self.finding(tier, code, severity, message, value, number, self.limit_sources[limit], start, end)

    def finding(
        self, tier: Tier, code: str, severity: Severity, message: str, value: float | str, limit: float | str,
        source: str, start: int | None = None, end: int | None = None,
    ) -> Finding:  # fmt: skip
        segment = None
        if start is not None:
            holding = (n for n, s in enumerate(self.segments) if s.start <= start < s.start + s.frames)
            segment = next(holding, None)
        return Finding(
            tier=tier, code=code, severity=severity, start_frame=start, end_frame=end, segment=segment, value=value,
            limit=limit, source=source, message=message,
        )  # fmt: skip


def runs(flags: NDArray[np.bool_], least: int = 1, gap: int = 0) -> Iterator[tuple[int, int]]:
    """Runs of true of at least ``least``, as ``[start, end)``; gaps up to ``gap`` are bridged."""
    edges = np.diff(np.concatenate(([0], flags.astype(np.int8), [0])))
    found: list[tuple[int, int]] = []
    for start, end in zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True):
        if found and start - found[-1][1] <= gap:
            start = found.pop()[0]
        found.append((int(start), int(end)))
    yield from (one for one in found if one[1] - one[0] >= least)


def covered(start: int, end: int, ranges: Sequence[FrameRange]) -> bool:
    """Whether planned ranges explain all but a few frames at the edges."""
    inside = sum(max(0, min(end, part.end) - max(start, part.start)) for part in ranges)
    return inside >= max(0.5 * (end - start), 0.9 * (end - start) - 2)
