"""What every engine does."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pytoon_pipeline.contracts.rendering import EngineName
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.rendering.segment_plan import Source
from pytoon_pipeline.rendering.stages import Progress
from pytoon_pipeline.store.stages import StageResult


@dataclass(frozen=True)
class RenderRequest:
    """All that rendering a plan takes: files with pictures by item, and font files of brands by their content.

    ``seconds`` is the time that rendering may take.
    """

    spec: RenderSpec
    sources: Mapping[str, Source]
    fonts: Mapping[str, Path] = field(default_factory=dict)
    timeout_seconds: float = 3600.0


class Engine(Protocol):
    """Whoever renders. What it makes lies in the store of whoever asks, as the same artifacts from every engine.

    Both raise ``PytoonError``; a ``TransientError`` may go away when tried again.
    """

    @property
    def name(self) -> EngineName: ...

    def render_segments(self, work: RenderRequest, progress: Progress) -> list[StageResult]:
        """All segments of the plan, in order. ``progress`` hears how many of how many are ready."""
        ...

    def render_thumbnail(self, work: RenderRequest, frame: int) -> StageResult:
        """Frame ``frame`` of the plan as a picture, in several sizes."""
        ...
