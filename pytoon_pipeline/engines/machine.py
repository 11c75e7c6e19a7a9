"""What this machine renders with: its engines, and its share for one run."""

from collections.abc import Mapping

from pytoon_pipeline.analysis.results import MetadataByItem
from pytoon_pipeline.config.presets import load_operations
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.rendering import EngineName
from pytoon_pipeline.contracts.resolved_request import ResolvedRequest
from pytoon_pipeline.engines.engine import Engine
from pytoon_pipeline.engines.render_job import RenderJob
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.share import MachineShare
from pytoon_pipeline.settings import Settings
from pytoon_pipeline.store.store import Store


def available_engines(home: Home, store: Store, threads: int) -> Mapping[EngineName, Engine]:
    """The engines by name. ``store`` keeps what they render; those of this machine use ``threads`` processors."""
    from pytoon_pipeline.engines.fallback import FallbackEngine
    from pytoon_pipeline.engines.local import LocalEngine

    engines: dict[EngineName, Engine] = {
        "local": LocalEngine(store, home.health, threads),
        "fallback": FallbackEngine(store, threads),
    }
    settings = Settings.load()
    if settings.engine_urls:
        from pytoon_pipeline.engines.remote.fleet import EngineFleet

        if remote := EngineFleet.from_settings(store, settings):
            engines["remote"] = remote
    return engines


def job_of_upload(
    share: MachineShare, store: Store, source: SourceMedia, metadata: MetadataByItem, resolved: ResolvedRequest
) -> RenderJob:
    """The job that renders the video of an upload on this machine or another."""
    return RenderJob(
        store=store,
        source=source,
        metadata=metadata,
        policy=resolved.request.engine_policy,
        engines=lambda: available_engines(share.home, store, share.threads),
        timeout=load_operations().render_timeout_seconds,
        slot=share.encoder_slot,
    )
