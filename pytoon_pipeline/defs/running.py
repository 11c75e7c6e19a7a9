"""Runs the asset graph for one upload in this process: the runner of the use cases in ``service``."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import dagster as dg

from pytoon_pipeline.catalog.database import Database
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.errors import PytoonError, internal_error, render_cancelled
from pytoon_pipeline.contracts.progress import Retrying
from pytoon_pipeline.contracts.render_results import SegmentCounts, StageStatus
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.contracts.spec.render_spec import Note
from pytoon_pipeline.defs import dagster_yaml
from pytoon_pipeline.defs.celery_launcher import require_launcher
from pytoon_pipeline.defs.dagster_storage import require_storage
from pytoon_pipeline.defs.open_databases import open_databases
from pytoon_pipeline.defs.partitions import add_partitions, lasting_partitions, partition_of
from pytoon_pipeline.defs.reconcile import fail_lost
from pytoon_pipeline.intake.inbox import create_own_inbox
from pytoon_pipeline.operations.attempt_notes import next_retry
from pytoon_pipeline.operations.remedies import next_step
from pytoon_pipeline.runtime import stopping
from pytoon_pipeline.runtime.capacity import Capacity
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.progress import publish
from pytoon_pipeline.service.runner import Notify, RunOutcome
from pytoon_pipeline.settings import export


@dataclass(frozen=True)
class Outcome:
    """A finished run: metadata of each asset that materialized, by name, and the error that ended it, if any."""

    key: str
    assets: dict[str, dict[str, Any]] = field(default_factory=dict)
    error: PytoonError | None = None


@dataclass(frozen=True)
class DagsterRunner:
    """Runs ``job``, which compiles a video, on an open instance. Implements ``service.runner.Runner``."""

    job: dg.JobDefinition
    instance: dg.DagsterInstance
    home: Home

    def fail_lost_runs(self) -> int:
        """Marks runs as failed whose process has died. Returns how many."""
        return fail_lost(self.instance, self.home)

    def compile(self, key: str) -> RunOutcome:
        """Runs the graph for a key until its video passed or no remedy is left. Never raises for a failed run."""
        return run_outcome(compile_until_settled(self.job, self.instance, self.home, key))


@contextmanager
def open_runner(job: dg.JobDefinition, home: Home, notify: Notify) -> Iterator[DagsterRunner]:
    """The runner of ``home``; with the job bound, it is a ``service.runner.OpenRunner``."""
    with instance(home, notify) as opened:
        yield DagsterRunner(job, opened, home)


def run_outcome(outcome: Outcome) -> RunOutcome:
    """What the use cases read from the metadata of a run's assets."""
    segments = outcome.assets.get("rendered_segments", {})
    return RunOutcome(
        stages=tuple(_stage_status(name, metadata) for name, metadata in outcome.assets.items()),
        segments=SegmentCounts(
            total=segments.get("segments", 0),
            rendered=segments.get("segments_rendered", 0),
            cached=segments.get("segments_cached", 0),
        ),
        engine=segments.get("engine"),
        error=outcome.error,
    )


def _stage_status(name: str, metadata: Mapping[str, Any]) -> StageStatus:
    status, seconds, started = (metadata[fact] for fact in ("status", "seconds", "started_at"))
    return StageStatus(name=name, status=status, seconds=seconds, started_at=started)


def prepare(home: Home, capacity: Capacity) -> Note | None:
    """Creates the folders for Dagster's state and for uploads, the catalog, and Dagster's settings.

    Returns a note when an operator changed the settings, once for each change.
    """
    home.dagster.mkdir(parents=True, exist_ok=True)
    create_own_inbox(home)
    Database(home).upgrade()
    settings, changed = dagster_yaml.write_settings(home, capacity)
    return Note(code="dagster_settings", message=f"{settings.path}: {settings}.") if changed else None


@contextmanager
def instance(home: Home, notify: Callable[[Note], None] = lambda note: None) -> Iterator[dg.DagsterInstance]:
    """The Dagster instance of ``home``. ``notify`` receives notes about its settings."""
    if note := prepare(home, Capacity.of_machine()):
        notify(note)
    export({"DAGSTER_HOME": home.dagster, "PYTOON_HOME": home.root})
    require_launcher()
    require_storage()
    with open_databases(home), dg.DagsterInstance.from_config(str(home.dagster)) as opened:
        yield opened


def compile_until_settled(job: dg.JobDefinition, opened: dg.DagsterInstance, home: Home, key: str) -> Outcome:
    """Runs ``job``, and again with the next remedy while quality control fails, as the sensors do."""
    uploads = Uploads(home)
    request = Request.model_validate(uploads.get(key).request)
    while True:
        outcome = compile_upload(job, opened, home, key)
        failed = outcome.error is not None and outcome.error.category == "quality"
        attempts = uploads.attempts(key)
        if not failed or (step := next_step(request, attempts)).done:
            return outcome
        publish(Retrying(next_retry(step, attempts)))


def compile_upload(job: dg.JobDefinition, opened: dg.DagsterInstance, home: Home, key: str) -> Outcome:
    """Materializes what ``job`` selects, for one key. Never raises for a failed run; the outcome has its error."""
    uploads = Uploads(home)
    partition = partition_of(uploads, key)
    add_partitions(opened, [partition])
    uploads.clear_failure(key)
    run_id = str(uuid4())
    with open_databases(home, run_id), lasting_partitions(), _canceled_when_stopped(opened, run_id):
        result = job.execute_in_process(
            instance=opened,
            partition_key=partition,
            raise_on_error=False,
            run_id=run_id,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )
        error = None if result.success else _error(result, uploads, key)
    assets = {
        event.asset_key.to_user_string(): {
            name: value.value for name, value in event.step_materialization_data.materialization.metadata.items()
        }
        for event in result.get_asset_materialization_events()
        if event.asset_key is not None
    }
    return Outcome(key, assets, error)


@contextmanager
def _canceled_when_stopped(opened: dg.DagsterInstance, run_id: str) -> Iterator[None]:
    """When the block is stopped, the run is recorded as canceled. Dagster itself records a failure."""

    def cancel() -> None:
        run = opened.get_run_by_id(run_id)
        if run is not None and run.status != dg.DagsterRunStatus.CANCELED:
            opened.report_run_canceled(run, "A person stopped the render.")

    with stopping.cleanup(cancel):
        try:
            yield
        except (KeyboardInterrupt, stopping.Stopped):
            cancel()
            raise


def _error(result: dg.ExecuteInProcessResult, uploads: Uploads, key: str) -> PytoonError:
    """Why a run failed: as its upload has it, else as Dagster reports it.

    Raises ``KeyboardInterrupt`` when a person interrupted it.
    """
    if stopping.requested():
        raise KeyboardInterrupt
    if failure := uploads.failure(key):
        return PytoonError.restored(failure.code, failure.message, failure.hint, failure.category)
    if key in uploads.stopped():
        return render_cancelled()
    steps = [event for event in result.all_events if event.is_step_failure]
    failures = [event for event in result.all_events if event.is_job_event and event.is_failure]
    stage, raised = "run", None
    if steps:
        stage, raised = str(steps[0].step_key), steps[0].step_failure_data.error
    elif failures:
        raised = failures[-1].job_failure_data.error
    if raised is None:
        return internal_error(stage, "the run ended without a result")
    cause = raised.cause or raised
    if cause.cls_name == "DagsterExecutionInterruptedError":
        raise KeyboardInterrupt
    return internal_error(stage, f"{cause.cls_name}: {cause.message.strip()}")
