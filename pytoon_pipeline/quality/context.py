"""Everything that checks read: measurements of the file, its plan, limits, and reference material."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts import time
from pytoon_pipeline.contracts.analysis import Face
from pytoon_pipeline.contracts.preset import Limits
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec, Segment
from pytoon_pipeline.contracts.time import FrameRange
from pytoon_pipeline.media.frame_stats import FrameStats
from pytoon_pipeline.quality.deviation import Limit
from pytoon_pipeline.quality.inspection import Inspection
from pytoon_pipeline.quality.plan_observations import Observer, observe
from pytoon_pipeline.quality.references import References
from pytoon_pipeline.quality.subjects import Subject
from pytoon_pipeline.rendering.contact_sheet import BgrImage

AudioSamples = NDArray[np.float32]


@dataclass(frozen=True)
class RenderedMeasurements:
    """Measurements from rendering: statistics of the frames, and the audio as encoded, shape (samples, 2)."""

    frame_stats: FrameStats
    audio: AudioSamples | None = None


@dataclass(frozen=True)
class CheckContext:
    """A file to check. ``spec`` is None for a file that Pytoon did not render.

    ``planned_silence`` says that silence is intended. ``decoded_audio`` is the file's own audio when it must be
    compared with what was ``rendered``. ``faces`` are those detected in the items, ``subjects`` what these are about.
    ``sampled_images`` are small copies of frames of the file; ``observe`` compares them with the plan and the items'
    ``references``.
    """

    inspection: Inspection
    spec: RenderSpec | None
    limits: Limits
    limit_sources: Mapping[str, str]
    planned_silence: bool = False
    rendered: RenderedMeasurements | None = None
    decoded_audio: AudioSamples | None = None
    faces: Mapping[str, Sequence[Face]] = field(default_factory=dict)
    subjects: Mapping[str, Sequence[Subject]] = field(default_factory=dict)
    sampled_images: Mapping[int, BgrImage] = field(default_factory=dict)
    references: References | None = None
    observe: Observer = observe

    @property
    def segments(self) -> Sequence[Segment]:
        return self.spec.segments if self.spec else ()

    @property
    def frame_stats(self) -> FrameStats:
        """Statistics of all frames: of the file, or from rendering when the file contains the segments' own packets."""
        if self.inspection.packets_verified and self.rendered:
            return self.rendered.frame_stats
        return self.inspection.frame_stats

    @property
    def comparable(self) -> bool:
        """Whether every frame of the file corresponds to one rendered frame."""
        return self.rendered is not None and len(self.inspection.times) == len(self.rendered.frame_stats)

    def limit(self, name: str) -> Limit:
        """A limit of ``presets/limits.yaml``."""
        return Limit(getattr(self.limits, name), self.limit_sources[name])

    def frames(self, seconds: float) -> int:
        """A duration in frames of the file, at least 1."""
        return max(1, round(seconds * self.inspection.rate))

    def segment_of(self, frame: int) -> int | None:
        """The index of the segment that contains a frame."""
        return next((n for n, one in enumerate(self.segments) if one.start <= frame < one.start + one.frames), None)


def planned(start: int, end: int, ranges: Sequence[FrameRange]) -> bool:
    """Whether planned ranges explain all of ``[start, end)`` but a few frames at its edges."""
    explained = time.covered((start, end), [one.span for one in ranges])
    return explained >= max(0.5 * (end - start), 0.9 * (end - start) - 2)
