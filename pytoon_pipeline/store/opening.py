"""Opens the store of a home: its folder, with an object store behind it where the settings name one."""

from functools import partial

from pytoon_pipeline.runtime.active_runs import oldest_run
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.settings import Settings
from pytoon_pipeline.store.objects.address import S3Address
from pytoon_pipeline.store.shared import Shared
from pytoon_pipeline.store.store import Store


def open_store(home: Home, min_free_bytes: int = 0, *, recompute: bool = False) -> Store:
    """The store of ``home``; see ``Store`` for the other arguments.

    Raises ``InvalidInput`` for settings that do not belong together, and ``DependencyMissing`` without the package that
    they need. Nothing is sent before the store is used.
    """
    settings = Settings.load()
    return Store(home.store, home.work, min_free_bytes, recompute=recompute, shared=_shared(home, settings))


def _shared(home: Home, settings: Settings) -> Shared | None:
    if (address := S3Address.configured(settings)) is None:
        return None
    from pytoon_pipeline.store.objects.s3 import S3Objects

    return Shared(S3Objects(address), settings.store_cache_bytes, partial(oldest_run, home))
