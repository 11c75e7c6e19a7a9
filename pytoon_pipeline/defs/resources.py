"""What assets, sensors and schedules work with, one resource for each part that a deployment may swap.

Folders, limits and the environment are read when a run or tick needs them, never on import. ``ConfigResource``,
``CatalogResource`` and ``InboxResource`` have no set-up, so evaluating a sensor that takes them changes nothing.
"""

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
from pydantic import Field, PrivateAttr

from pytoon_pipeline.analysis.speech.choice import SpeechSettings
from pytoon_pipeline.catalog.holding import making, running
from pytoon_pipeline.catalog.items import Registry
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.config.presets import limit_sources, load_limits, load_operations
from pytoon_pipeline.contracts.artifact import Artifact
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.media import Metadata, SourceMedia
from pytoon_pipeline.contracts.operations import Operations
from pytoon_pipeline.contracts.preset import Limits
from pytoon_pipeline.contracts.resolved_request import ResolvedRequest
from pytoon_pipeline.contracts.stored import Stored, StoredItems
from pytoon_pipeline.defs.overrides import recomputes
from pytoon_pipeline.defs.partitions import PARTITION_TAG, key_of, key_of_run
from pytoon_pipeline.defs.run_events import RunEvents
from pytoon_pipeline.defs.run_log import RunLog
from pytoon_pipeline.defs.run_trace import traced
from pytoon_pipeline.defs.tags import attempt_of
from pytoon_pipeline.intake.inbox import open_inbox
from pytoon_pipeline.intake.listing import Inbox
from pytoon_pipeline.llm.asking import LanguageModel
from pytoon_pipeline.operations.work_ahead import working_ahead
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.locks import is_abandoned, run_lock
from pytoon_pipeline.runtime.logs import context_value, log_context, results_on, write_to
from pytoon_pipeline.runtime.progress import listen
from pytoon_pipeline.runtime.share import MachineShare
from pytoon_pipeline.settings import DeviceChoice, ModelTask, Settings
from pytoon_pipeline.store.items import item_artifacts
from pytoon_pipeline.store.opening import open_store
from pytoon_pipeline.store.store import Store

if TYPE_CHECKING:
    from pytoon_pipeline.engines.render_job import RenderJob


class ConfigResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Where state lies, and the rules that apply: limits with their sources, and the rules of operation."""

    home_dir: str = Field(default="", description="The folder that holds all state. By default, PYTOON_HOME.")

    @property
    def home(self) -> Home:
        return Home(Path(self.home_dir).resolve()) if self.home_dir else Home.locate()

    @property
    def files_url(self) -> str | None:
        """The URL under which the outbox is served, if it is."""
        return Settings.load().files_url

    @property
    def device(self) -> DeviceChoice:
        """Where runs may decode pictures."""
        return Settings.load().device

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


class InboxResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The folder or bucket that people drop uploads into. Values for S3 default to the AWS settings of the machine."""

    config: dg.ResourceDependency[ConfigResource]
    s3_region: str | None = Field(default=None, description="The region of the bucket.")
    s3_endpoint_url: str | None = Field(default=None, description="The URL of an S3-compatible server.")
    s3_profile: str | None = Field(default=None, description="The AWS profile with the credentials.")

    def open(self) -> Inbox:
        return open_inbox(self.config.home, self._s3_client)

    def _s3_client(self) -> Any:
        # Its import takes a second, which only an inbox in S3 is worth.
        from dagster_aws.s3 import S3Resource

        return S3Resource(
            region_name=self.s3_region, endpoint_url=self.s3_endpoint_url, profile_name=self.s3_profile
        ).get_client()


class WorkerResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The process that executes a run, and its share of the machine.

    It holds the lock of the run for as long as the process lives: a run whose lock is abandoned is lost, see
    ``defs/reconcile.py``. Every asset and op that runs needs it, directly or through ``StoreResource``.
    """

    config: dg.ResourceDependency[ConfigResource]

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["WorkerResource"]:
        run, home = context.run, self.config.home
        # Dagster sets a resource up once more for each resource that contains it.
        if run is None or context_value("run") == run.run_id:
            yield self
            return
        lock = home.run_lock(run.run_id)
        # The processes that the daemon starts hold it from their beginning: see defs/run_worker.py.
        living = nullcontext() if _is_held(lock) else run_lock(lock)
        write_to(home.logs)
        key = key_of_run(Uploads(home), run)
        sharing = run_lock(home.video_runs / lock.name) if key else nullcontext()
        alone = making(home, key) if key else nullcontext()
        name = run.tags.get(PARTITION_TAG)
        known = {"run": run.run_id, "key": key, "name": name, "attempt": attempt_of(run.tags)}
        with (
            living, running(home, run.run_id), log_context(**known), _console(run), listen(RunLog()),
            listen(RunEvents(home, key)), traced({**known, "job": run.job_name}), alone, sharing, working_ahead(),
        ):  # fmt: skip
            yield self

    @property
    def share(self) -> MachineShare:
        """What this run may use of the machine."""
        key = context_value("key")
        upload = Uploads(self.config.home).find(key) if key else None
        return MachineShare(self.config.home, upload.title if upload is not None else "")


class StoreResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The content-addressed store of artifacts. Pass ``artifacts`` on: it remembers what this run has verified."""

    config: dg.ResourceDependency[ConfigResource]
    worker: dg.ResourceDependency[WorkerResource]

    _artifacts: Store = PrivateAttr()

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        home, run = self.config.home, context.run
        self._artifacts = open_store(
            home,
            self.config.operations.min_free_bytes,
            recompute=run is not None and recomputes(run.run_config),
        )

    @property
    def artifacts(self) -> Store:
        return self._artifacts

    def latest(self, asset: str, partition: str) -> Artifact:
        """The latest result of an asset for the upload of a partition. Raises ``DependencyMissing`` without one."""
        return self._artifacts.latest(asset, self._key(partition))

    def read(self, asset: str, partition: str, wanted: Any) -> Artifact | Record:
        """The latest result of an asset for the upload of a partition, as the type ``wanted``:

        - a record type, ``RenderSpec``: the record;
        - ``Stored[RenderSpec]``: the record with its artifact (fingerprint and files);
        - ``StoredItems[Metadata]``: the same for each item of the upload, for stages that work item by item;
        - ``Artifact``, or anything else: the artifact itself.

        Raises ``DependencyMissing`` when the artifact, or that of an item, is not in the store.
        """
        artifact = self.latest(asset, partition)
        if not isinstance(wanted, type) or wanted is Artifact or not issubclass(wanted, Record):
            return artifact
        if issubclass(wanted, Stored):
            return wanted.of(artifact)
        if issubclass(wanted, StoredItems):
            return wanted.of(artifact, item_artifacts(self._artifacts, artifact))
        return artifact.read(wanted)

    def set_latest(self, context: dg.OutputContext, fingerprint: str) -> None:
        """Makes a result the latest one of its asset for the upload of a partition."""
        self._artifacts.set_latest(context.asset_key.to_user_string(), self._key(context.partition_key), fingerprint)

    def _key(self, partition: str) -> str:
        return key_of(Uploads(self.config.home), partition)


class EnginesResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Where segments are rendered."""

    worker: dg.ResourceDependency[WorkerResource]

    def job(
        self, store: "StoreResource", source: SourceMedia, metadata: StoredItems[Metadata], resolved: ResolvedRequest
    ) -> "RenderJob":
        """The job that renders the video of an upload on this machine or another."""
        from pytoon_pipeline.engines.machine import job_of_upload

        return job_of_upload(self.worker.share, store.artifacts, source, metadata, resolved)


class SpeechResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """How speech is transcribed."""

    config: dg.ResourceDependency[ConfigResource]

    @property
    def settings(self) -> SpeechSettings:
        return SpeechSettings.from_settings(Settings.load(), self.config.home.models)


class LanguageModelResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The language model that corrects transcripts and proposes texts, if one is configured."""

    store: dg.ResourceDependency[StoreResource]

    def of(self, task: ModelTask) -> LanguageModel | None:
        """The model, if it may be used for ``task``."""
        return LanguageModel.configured(Settings.load(), self.store.config.home, self.store.artifacts, task)


def _console(run: dg.DagsterRun) -> AbstractContextManager[None]:
    """How the run ends, on standard error. A run of the command line configures the console: that shows it itself."""
    if "loggers" in run.run_config:
        return nullcontext()
    return results_on(sys.stderr, run.tags.get(PARTITION_TAG, run.job_name))


def _is_held(lock: Path) -> bool:
    return lock.exists() and not is_abandoned(lock)


def resources(home_dir: str = "") -> dict[str, Any]:
    """Every resource of the code location by its key; ``home_dir`` instead of PYTOON_HOME when given."""
    config = ConfigResource(home_dir=home_dir)
    worker = WorkerResource(config=config)
    store = StoreResource(config=config, worker=worker)
    return {
        "config": config,
        "catalog": CatalogResource(config=config),
        "inbox": InboxResource(config=config),
        "worker": worker,
        "store": store,
        "engines": EnginesResource(worker=worker),
        "speech": SpeechResource(config=config),
        "language_model": LanguageModelResource(store=store),
    }
