"""The last resort: the plain version of a plan, from whatever can be read."""

from dataclasses import dataclass

from pytoon_pipeline.contracts.errors import PytoonError
from pytoon_pipeline.contracts.rendering import EngineName
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.engines.engine import Work
from pytoon_pipeline.planning.fallback_spec import plain
from pytoon_pipeline.rendering import stages
from pytoon_pipeline.rendering.segment_plan import Source
from pytoon_pipeline.rendering.stages import Progress
from pytoon_pipeline.store.stages import Done
from pytoon_pipeline.store.store import Store


@dataclass(frozen=True)
class SafeEngine:
    """Renders plain plans here, without libass."""

    store: Store
    threads: int | None = None

    @property
    def name(self) -> EngineName:
        return "safe"

    def segments(self, work: Work, progress: Progress) -> list[Done]:
        return stages.render_segments(self.store, work.spec, work.pictures, progress, threads=self.threads)

    def thumbnail(self, work: Work, frame: int) -> Done:
        return stages.make_thumbnail(self.store, work.spec, work.pictures, frame)


def plain_version(work: Work) -> RenderSpec:
    """The plain plan for what can be read of the work's files."""
    return plain(work.spec, {item for item, source in work.pictures.items() if not readable(source)})


def readable(source: Source) -> bool:
    """Whether a file gives a picture at all."""
    import av

    from pytoon_pipeline.media import images
    from pytoon_pipeline.media.frames import at_ticks

    try:
        if source.info.video is None:
            images.read(source.path)
        else:
            next(at_ticks(source.path, source.info.video, FrameRate(numerator=30), 0, 1))
    except (PytoonError, av.error.FFmpegError, OSError, ValueError, StopIteration, RuntimeError):
        return False
    return True
