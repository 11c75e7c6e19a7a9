"""What rendering one video takes besides its plan: media files, fonts, engines and a deadline."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pytoon_pipeline.analysis.results import PICTURE, MetadataByItem, font_files
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.rendering import EngineName, EnginePolicy
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.store.items import unique_items
from pytoon_pipeline.store.store import Store

if TYPE_CHECKING:
    from pytoon_pipeline.engines.engine import Engine, RenderRequest
    from pytoon_pipeline.rendering.audio_mix import AudioSource
    from pytoon_pipeline.rendering.segment_plan import Source


@dataclass(frozen=True)
class RenderJob:
    """One video to render: its media, the engines that ``policy`` may choose from, and how long rendering may take.

    ``engines`` is called when something has to be rendered. ``timeout`` returns the seconds that a video of a given
    length, in seconds, may take; ``slot`` waits for one of the encoders of this machine.
    """

    store: Store
    source: SourceMedia
    metadata: MetadataByItem
    policy: EnginePolicy
    engines: "Callable[[], Mapping[EngineName, Engine]]"
    timeout: Callable[[float], float]
    slot: Callable[[], AbstractContextManager[None]] = field(default=nullcontext)

    def chain(self) -> "list[Engine]":
        """The engines to try, in order. Raises ``DependencyMissing`` when the policy allows none that is available."""
        from pytoon_pipeline.engines.policy import engine_chain

        return engine_chain(self.policy, self.engines())

    def request(self, spec: RenderSpec) -> "RenderRequest":
        """The request that an engine gets for ``spec``."""
        from pytoon_pipeline.engines.engine import RenderRequest

        return RenderRequest(
            spec, self.pictures(), font_files(self.store, self.source), self.timeout(spec.rate.seconds(spec.frames))
        )

    def pictures(self) -> "dict[str, Source]":
        """Every file that has pictures, by SHA-256; of a still picture, its upright copy."""
        from pytoon_pipeline.rendering.segment_plan import Source

        sources = {}
        for item in unique_items(self.source):
            stored = self.metadata.items[item.sha256]
            info = stored.value.info
            if info.still is not None or info.video is not None:
                file = stored.files[PICTURE] if info.still is not None else item.stored
                sources[item.sha256] = Source(self.store.path(file), info)
        return sources

    def audio(self) -> "dict[str, AudioSource]":
        """Every file that has audio, by SHA-256."""
        from pytoon_pipeline.rendering.audio_mix import AudioSource

        sources = {}
        for item in unique_items(self.source):
            info = self.metadata.items[item.sha256].value.info
            if source := AudioSource.of(self.store.path(item.stored), info):
                sources[item.sha256] = source
        return sources
