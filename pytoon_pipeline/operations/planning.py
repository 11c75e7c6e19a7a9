"""The stage ``render_spec``: the plan of a video from its resolved request and the analyses."""

from dataclasses import dataclass

from pytoon_pipeline.analysis.results import (
    CorrectedByItem,
    FacesByItem,
    FocalPointsByItem,
    Frames,
    MetadataByItem,
    ShotsByItem,
    SilenceByItem,
    detected_faces,
    register_fonts,
)
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.resolved_request import ResolvedRequest
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.operations.resolve import plan_parameters
from pytoon_pipeline.planning.analysed_media import Analyses
from pytoon_pipeline.store.stages import Stage, StageOutput, StageResult, run_stage
from pytoon_pipeline.store.store import Store

SPEC = Stage("render_spec", 48, "dynamic")


@dataclass(frozen=True)
class AnalysisResults:
    """The stored results of all analyses of an upload."""

    metadata: MetadataByItem
    transcripts: CorrectedByItem
    silences: SilenceByItem
    frames: Frames
    faces: FacesByItem
    focal_points: FocalPointsByItem
    shots: ShotsByItem

    @property
    def fingerprints(self) -> dict[str, str]:
        """Fingerprints by stage."""
        results = (
            self.metadata,
            self.transcripts,
            self.silences,
            self.frames,
            self.faces,
            self.focal_points,
            self.shots,
        )
        return {one.artifact.stage: one.fingerprint for one in results}

    def load(self, store: Store) -> Analyses:
        """The values, as the planner reads them."""
        return Analyses(
            self.metadata.values,
            self.transcripts.values,
            self.silences.values,
            self.frames.values,
            detected_faces(store, self.faces),
            self.focal_points.values,
            self.shots.values,
        )


def plan_upload(store: Store, source: SourceMedia, resolved: ResolvedRequest, analyses: AnalysisResults) -> StageResult:
    """Finds or computes the ``RenderSpec`` of a video. Raises ``InvalidInput`` for what cannot be planned."""
    register_fonts(store, source)

    def plan() -> RenderSpec:
        from pytoon_pipeline.planning.analysed_media import plan_media
        from pytoon_pipeline.planning.plan import plan_video

        return plan_video(resolved, plan_media(source, resolved.request, analyses.load(store)))

    return run_stage(
        store,
        SPEC,
        lambda scratch: StageOutput(plan()),
        inputs=analyses.fingerprints,
        parameters=plan_parameters(resolved, source.items),
    )
