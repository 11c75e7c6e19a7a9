"""The stage ``plan_observations``: what the frames of each segment show, kept while the segment stays as it is.

After an edit only the frames of new segments are compared with the plan. The report has the same files, so that they
are erased with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from pytoon_pipeline.contracts.artifact import StoredFile
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.rendering import RenderedSegments
from pytoon_pipeline.contracts.spec.layers import nested
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec, Segment
from pytoon_pipeline.contracts.stored import Stored
from pytoon_pipeline.quality.plan_observations import Observation, Observations, observe
from pytoon_pipeline.quality.references import References
from pytoon_pipeline.rendering.contact_sheet import BgrImage
from pytoon_pipeline.store.stages import Stage, StageOutput, run_stage
from pytoon_pipeline.store.store import Store

OBSERVED = Stage("plan_observations", 1, "by_rule")
FILE = "observations"


class SegmentObservations(Record):
    """What frames of the segment with the fingerprint ``segment`` show, by the number of the frame in the segment."""

    segment: str
    frames: dict[int, tuple[Observation, ...]]


@dataclass(frozen=True)
class SegmentObserver:
    """Observes the frames of each of the ``segments`` once. ``sampled_frames`` is the fingerprint of the references.

    ``files`` are those with the observations, by their role in the report.
    """

    store: Store
    segments: Stored[RenderedSegments]
    sampled_frames: str
    files: dict[str, StoredFile] = field(default_factory=dict)

    def observe(self, spec: RenderSpec, images: Mapping[int, BgrImage], references: References) -> Observations:
        """The same as ``plan_observations.observe``."""
        found: dict[int, tuple[Observation, ...]] = {}
        for number, segment in enumerate(spec.segments):
            span = range(segment.start, segment.start + segment.frames)
            if own := {frame: images[frame] for frame in span if frame in images}:
                observed = self._observe_segment(spec, number, own, references)
                found |= {segment.start + offset: values for offset, values in observed.frames.items()}
        return found

    def _observe_segment(
        self, spec: RenderSpec, number: int, images: Mapping[int, BgrImage], references: References
    ) -> SegmentObservations:
        segment, fingerprint = spec.segments[number], self.segments.value.fingerprints[number]

        def compute(scratch: Path) -> StageOutput:
            observed = observe(spec, images, references)
            frames = {n - segment.start: tuple(observed[n]) for n in observed}
            # With the fingerprint, no other segment has the same file: what is erased with one stays with none.
            found = SegmentObservations(segment=fingerprint, frames=frames)
            path = scratch / "observations.json"
            path.write_text(found.model_dump_json())
            return StageOutput(Record(), {FILE: path})

        digests = {str(frame - segment.start): _digest(image) for frame, image in images.items()}
        stored = run_stage(
            self.store,
            OBSERVED,
            compute,
            inputs={"segment": fingerprint, "sampled_frames": self.sampled_frames},
            parameters={"images": digests, "names": _names(spec, segment)},
        ).artifact.files[FILE]
        self.files[f"{FILE}-{number:03}"] = stored
        return SegmentObservations.model_validate_json(self.store.path(stored).read_bytes())


def _digest(image: BgrImage) -> str:
    return sha256(image.tobytes()).hexdigest()


def _names(spec: RenderSpec, segment: Segment) -> list[str]:
    """The names of the layers that a segment shows: findings quote them, and they change no picture."""
    end = segment.start + segment.frames
    shown = (layer for first, last, layer in spec.layers() if first < end and segment.start < last)
    return [one.name for layer in shown for one in nested(layer)]
