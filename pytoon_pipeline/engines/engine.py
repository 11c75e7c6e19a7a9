"""The interface of an engine, and what engines in this process share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pytoon_pipeline.contracts.rendering import EngineName
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.rendering import stages
from pytoon_pipeline.rendering.segment_plan import Source
from pytoon_pipeline.rendering.stages import Progress
from pytoon_pipeline.store.stages import StageResult
from pytoon_pipeline.store.store import Store


@dataclass(frozen=True)
class RenderRequest:
    """A plan and the files it uses: media by item, and font files of brands by SHA-256."""

    spec: RenderSpec
    sources: Mapping[str, Source]
    fonts: Mapping[str, Path] = field(default_factory=dict)
    timeout_seconds: float = 3600.0


class Engine(Protocol):
    """Renders requests. The results are in the caller's store and are the same artifacts from every engine.

    Both methods raise ``PytoonError``; a ``TransientError`` may be retried.
    """

    @property
    def name(self) -> EngineName: ...

    def render_segments(self, request: RenderRequest, progress: Progress) -> list[StageResult]:
        """All segments of the plan, in order. ``progress`` receives the number of finished frames and the total."""
        ...

    def render_thumbnail(self, request: RenderRequest, frame: int) -> StageResult:
        """Frame ``frame`` of the plan as an image, in several sizes."""
        ...


class InProcessEngine:
    """What engines in this process share. They use ``processors``; none means all of this process."""

    store: Store
    processors: int | None

    def render_thumbnail(self, request: RenderRequest, frame: int) -> StageResult:
        return stages.render_thumbnail(self.store, request.spec, request.sources, frame)

    def _render(
        self,
        request: RenderRequest,
        progress: Progress,
        timeout_seconds: float | None = None,
        before_render: Callable[[], None] = lambda: None,
    ) -> list[StageResult]:
        spec, sources = request.spec, request.sources
        return stages.render_segments(
            self.store, spec, sources, progress, timeout_seconds, self.processors, before_render
        )
