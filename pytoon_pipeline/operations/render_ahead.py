"""The second half of the work ahead: rendering and checking what was planned. See ``operations/work_ahead.py``."""

from pytoon_pipeline.config.presets import limit_sources
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.preset import Limits
from pytoon_pipeline.contracts.rendering import FinishedVideo
from pytoon_pipeline.contracts.resolved_request import ResolvedRequest
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.contracts.stored import Stored
from pytoon_pipeline.engines.composite import Composition, StoredSegments, compose_video
from pytoon_pipeline.engines.composite_parts import ThumbnailChoice, prepare_composite
from pytoon_pipeline.engines.machine import job_of_upload
from pytoon_pipeline.engines.segments import render_segments
from pytoon_pipeline.operations.planning import AnalysisResults
from pytoon_pipeline.quality.assessment import Assessment, assess
from pytoon_pipeline.runtime.share import MachineShare
from pytoon_pipeline.store.store import Store


def render_and_check(
    store: Store,
    share: MachineShare,
    source: SourceMedia,
    limits: Limits,
    resolved: ResolvedRequest,
    analyses: AnalysisResults,
    planned: Stored[RenderSpec],
) -> None:
    """Renders the segments, joins them, and checks the video. Raises what the assets would raise."""
    frames, faces, metadata = analyses.frames, analyses.faces, analyses.metadata
    job = job_of_upload(share, store, source, metadata, resolved)
    choice = ThumbnailChoice(frames, faces)
    prepare_composite(job, planned.value, choice)
    segments = StoredSegments.of(render_segments(job, planned.value).stage.artifact)
    video = compose_video(job, Composition(planned.value, segments, choice))
    composite = Stored[FinishedVideo].of(video.stage.artifact)
    assess(store, Assessment(limits, limit_sources(), planned, segments, composite, metadata, frames, faces))
