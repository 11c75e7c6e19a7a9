"""What assets, sensors and schedules work with, one resource for each part that a deployment may swap.

Folders, limits and the environment are read when a run or tick needs them, never on import. ``ConfigResource`` and
``CatalogResource`` have no set-up, so a sensor that takes them changes nothing when it is evaluated.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
from pydantic import Field, PrivateAttr

from pytoon_pipeline.analysis.speech.transcribers import SpeechSettings
from pytoon_pipeline.catalog.items import Registry
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.config.presets import limit_sources, load_limits, load_operations
from pytoon_pipeline.contracts.operations import Operations
from pytoon_pipeline.contracts.preset import Limits
from pytoon_pipeline.contracts.rendering import EngineName
from pytoon_pipeline.defs.overrides import recomputes
from pytoon_pipeline.defs.partitions import ATTEMPT_TAG, PARTITION_TAG
from pytoon_pipeline.runtime.capacity import Capacity
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.locks import count_held, is_abandoned, run_lock, slot
from pytoon_pipeline.runtime.logs import log_context, write_to
from pytoon_pipeline.settings import Settings
from pytoon_pipeline.store.store import Store

if TYPE_CHECKING:
    from pytoon_pipeline.engines.engine import Engine


class ConfigResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Where state lies, and the rules that apply: limits with their sources, and the rules of operation."""

    home_dir: str = Field(default="", description="The folder that holds all state; PYTOON_HOME when empty.")

    @property
    def home(self) -> Home:
        return Home(Path(self.home_dir).resolve()) if self.home_dir else Home.locate()

    @property
    def limits(self) -> Limits:
        return load_limits()

    @property
    def limit_sources(self) -> dict[str, str]:
        return limit_sources()

    @property
    def operations(self) -> Operations:
        return load_operations()


class CatalogResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """What is known of uploads and of the items in them."""

    config: dg.ResourceDependency[ConfigResource]

    @property
    def uploads(self) -> Uploads:
        return Uploads(self.config.home)

    @property
    def items(self) -> Registry:
        return Registry(self.config.home)


class WorkerResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The process that executes a run, and its share of the machine.

    It holds the lock of the run for as long as the process lives: a run whose lock is abandoned is lost, see
    ``defs/reconcile.py``. Every asset and op that runs needs it, directly or through ``StoreResource``.
    """

    config: dg.ResourceDependency[ConfigResource]

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["WorkerResource"]:
        run, home = context.run, self.config.home
        # Dagster sets a resource up once more for each resource that contains it; the first holds the lock.
        if run is None or _is_held(lock := home.run_lock(run.run_id)):
            yield self
            return
        write_to(home.logs)
        key = run.tags.get(PARTITION_TAG)
        sharing = run_lock(home.video_runs / lock.name) if key else nullcontext()
        with run_lock(lock), sharing, log_context(run=run.run_id, key=key, attempt=run.tags.get(ATTEMPT_TAG)):
            yield self

    @property
    def threads(self) -> int:
        """This run's share of the processors at this moment."""
        return Capacity.of_machine().threads(count_held(self.config.home.video_runs))

    def encoder_slot(self) -> AbstractContextManager[None]:
        """Waits for one of the encoders that the machine can run at once."""
        return slot(self.config.home.slots, "encoder", Capacity.of_machine().encoders)

    def transcriber_slot(self) -> AbstractContextManager[None]:
        """Waits for one of the transcribers that the machine can run at once."""
        return slot(self.config.home.slots, "transcriber", Capacity.of_machine().transcribers)


class StoreResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The content-addressed store of artifacts. Pass ``artifacts`` on: it remembers what this run has verified."""

    config: dg.ResourceDependency[ConfigResource]
    worker: dg.ResourceDependency[WorkerResource]

    _artifacts: Store = PrivateAttr()

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        home, run = self.config.home, context.run
        self._artifacts = Store(
            home.store,
            home.work,
            self.config.operations.min_free_bytes,
            recompute=run is not None and recomputes(run.run_config),
        )

    @property
    def artifacts(self) -> Store:
        return self._artifacts


class EnginesResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Where segments are rendered."""

    config: dg.ResourceDependency[ConfigResource]

    def available(self, store: Store, threads: int) -> "dict[EngineName, Engine]":
        """The engines that this machine can use, by name. ``store`` keeps what they render."""
        from pytoon_pipeline.engines.fallback import FallbackEngine
        from pytoon_pipeline.engines.local import LocalEngine

        engines: dict[EngineName, Engine] = {
            "local": LocalEngine(store, self.config.home.health, threads),
            "fallback": FallbackEngine(store, threads),
        }
        settings = Settings.load()
        if settings.engine_url:
            from pytoon_pipeline.engines.remote.engine import RemoteEngine

            if remote := RemoteEngine.from_settings(store, settings):
                engines["remote"] = remote
        return engines


class SpeechResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """How speech is transcribed."""

    config: dg.ResourceDependency[ConfigResource]

    @property
    def settings(self) -> SpeechSettings:
        return SpeechSettings.from_settings(Settings.load(), self.config.home.models)


def _is_held(lock: Path) -> bool:
    return lock.exists() and not is_abandoned(lock)


def resources(home_dir: str = "") -> dict[str, Any]:
    """Every resource of the code location by its key; ``home_dir`` instead of PYTOON_HOME when given."""
    config = ConfigResource(home_dir=home_dir)
    worker = WorkerResource(config=config)
    return {
        "config": config,
        "catalog": CatalogResource(config=config),
        "worker": worker,
        "store": StoreResource(config=config, worker=worker),
        "engines": EnginesResource(config=config),
        "speech": SpeechResource(config=config),
    }


class Studio(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The folder that holds all state, and the store in it. ``home`` empty means ``PYTOON_HOME``."""

    home: str = ""

    _places: Home = PrivateAttr()
    _store: Store = PrivateAttr()

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["Studio"]:
        """Ready for one run, which holds a lock for as long as its process lives; see ``defs/sensors/deaths.py``."""
        self._places = Home(Path(self.home).resolve()) if self.home else Home.locate()
        run = context.run
        anew = run is not None and recomputes(run.run_config)
        self._store = Store(self._places.store, self._places.work, load_operations().min_free_bytes, recompute=anew)
        write_to(self._places.logs)
        if run is None:
            yield self
            return
        key, lock = run.tags.get(PARTITION_TAG), self._places.run_lock(run.run_id)
        sharing = run_lock(self._places.video_runs / lock.name) if key else nullcontext()
        with run_lock(lock), sharing, log_context(run=run.run_id, key=key, attempt=run.tags.get(ATTEMPT_TAG)):
            yield self

    @property
    def places(self) -> Home:
        return self._places

    @property
    def store(self) -> Store:
        return self._store

    @property
    def uploads(self) -> Uploads:
        return Uploads(self._places)

    @property
    def limits(self) -> Limits:
        return load_limits()

    @property
    def limit_sources(self) -> dict[str, str]:
        return limit_sources()

    @property
    def operations(self) -> Operations:
        return load_operations()

    @property
    def threads(self) -> int:
        """This run's share of the processors at this moment."""
        return Capacity.of_machine().threads(count_held(self._places.video_runs))

    def encoder(self) -> AbstractContextManager[None]:
        """This run's turn to encode, of as many as the machine can do at once."""
        return slot(self._places.slots, "encoder", Capacity.of_machine().encoders)

    def recogniser(self) -> AbstractContextManager[None]:
        """This run's turn to recognise speech."""
        return slot(self._places.slots, "transcriber", Capacity.of_machine().transcribers)

    @property
    def engines(self) -> "dict[EngineName, Engine]":
        """Engines that this machine can ask, by name."""
        from pytoon_pipeline.engines.fallback import FallbackEngine
        from pytoon_pipeline.engines.local import LocalEngine

        there: dict[EngineName, Engine] = {
            "local": LocalEngine(self._store, self._places.health, self.threads),
            "fallback": FallbackEngine(self._store, self.threads),
        }
        settings = Settings.load()
        if settings.engine_url:
            from pytoon_pipeline.engines.remote.engine import RemoteEngine

            if remote := RemoteEngine.from_settings(self._store, settings):
                there["remote"] = remote
        return there

    @property
    def speech(self) -> SpeechSettings:
        return SpeechSettings.from_settings(Settings.load(), self._places.models)
