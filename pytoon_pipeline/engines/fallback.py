"""The last resort: the plain version of a plan, from whatever can be read."""

from dataclasses import dataclass

from pytoon_pipeline.contracts.errors import PytoonError
from pytoon_pipeline.contracts.rendering import EngineName
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.engines.engine import RenderRequest
from pytoon_pipeline.planning.fallback_spec import fallback_spec
from pytoon_pipeline.rendering import stages
from pytoon_pipeline.rendering.segment_plan import Source
from pytoon_pipeline.rendering.stages import Progress
from pytoon_pipeline.store.stages import StageResult
from pytoon_pipeline.store.store import Store


@dataclass(frozen=True)
class FallbackEngine:
    """Renders plain plans here, without libass."""

    store: Store
    threads: int | None = None

    @property
    def name(self) -> EngineName:
        return "fallback"

    def render_segments(self, work: RenderRequest, progress: Progress) -> list[StageResult]:
        return stages.render_segments(self.store, work.spec, work.sources, progress, threads=self.threads)

    def render_thumbnail(self, work: RenderRequest, frame: int) -> StageResult:
        return stages.render_thumbnail(self.store, work.spec, work.sources, frame)


def fallback_request(work: RenderRequest) -> RenderSpec:
    """The plain plan for what can be read of the work's files."""
    return fallback_spec(work.spec, {item for item, source in work.sources.items() if not readable(source)})


def readable(source: Source) -> bool:
    """Whether a file gives a picture at all."""
    import av

    from pytoon_pipeline.media import images
    from pytoon_pipeline.media.frames import frames_at_cfr

    try:
        if source.info.video is None:
            images.read(source.path)
        else:
            next(frames_at_cfr(source.path, source.info.video, FrameRate(numerator=30), 0, 1))
    except (PytoonError, av.error.FFmpegError, OSError, ValueError, StopIteration, RuntimeError):
        return False
    return True
