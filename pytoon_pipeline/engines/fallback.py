"""The fallback engine: renders a simplified plan from the media files that can be read."""

from dataclasses import dataclass, replace

from pytoon_pipeline.contracts.errors import PytoonError
from pytoon_pipeline.contracts.rendering import EngineName
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.engines.engine import InProcessEngine, RenderRequest
from pytoon_pipeline.planning.fallback_spec import fallback_spec
from pytoon_pipeline.rendering.segment_plan import Source
from pytoon_pipeline.rendering.stages import Progress
from pytoon_pipeline.store.stages import StageResult
from pytoon_pipeline.store.store import Store


@dataclass(frozen=True)
class FallbackEngine(InProcessEngine):
    """Renders simplified plans in this process, without shaping of text and without a timeout."""

    store: Store
    processors: int | None = None

    @property
    def name(self) -> EngineName:
        return "fallback"

    def render_segments(self, request: RenderRequest, progress: Progress) -> list[StageResult]:
        return self._render(request, progress)


def fallback_request(request: RenderRequest) -> RenderRequest:
    """The request with its simplified plan, which leaves out the files that cannot be read."""
    unreadable = {item for item, source in request.sources.items() if not readable(source)}
    return replace(request, spec=fallback_spec(request.spec, unreadable))


def readable(source: Source) -> bool:
    """Whether at least one frame of a file can be decoded."""
    import av

    from pytoon_pipeline.media import images
    from pytoon_pipeline.media.source_reader import frames_at_cfr

    try:
        if source.info.video is None:
            images.read(source.path)
        else:
            next(frames_at_cfr(source.path, source.info.video, FrameRate(numerator=30), 0, 1))
    except (PytoonError, av.error.FFmpegError, OSError, ValueError, EOFError):
        return False
    return True
