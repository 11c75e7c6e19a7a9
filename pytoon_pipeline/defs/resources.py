"""What assets work with. The environment is read when a run starts, never on import."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg
from pydantic import PrivateAttr

from pytoon_pipeline.analysis.speech.transcribers import SpeechSettings
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.config.presets import limit_sources, load_limits, load_operations
from pytoon_pipeline.contracts.operations import Operations
from pytoon_pipeline.contracts.preset import Limits
from pytoon_pipeline.contracts.rendering import EngineName
from pytoon_pipeline.defs.overrides import recomputes
from pytoon_pipeline.defs.partitions import ATTEMPT_TAG, PARTITION_TAG
from pytoon_pipeline.runtime.capacity import Capacity
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.locks import count_held, run_lock, slot
from pytoon_pipeline.runtime.logs import log_context, write_to
from pytoon_pipeline.settings import Settings
from pytoon_pipeline.store.store import Store

if TYPE_CHECKING:
    from pytoon_pipeline.engines.engine import Engine


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
