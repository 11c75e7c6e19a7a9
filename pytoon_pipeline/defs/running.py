"""Running the graph for one upload in this process, and what came of it. The command line and scripts use this."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import dagster as dg

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.errors import PytoonError, internal_error
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.contracts.spec.render_spec import Note
from pytoon_pipeline.defs import dagster_yaml
from pytoon_pipeline.defs.partitions import add_partitions
from pytoon_pipeline.intake.inbox import make_own
from pytoon_pipeline.operations.remedies import next_step
from pytoon_pipeline.runtime.capacity import Capacity
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.settings import export


@dataclass(frozen=True)
class Outcome:
    """A finished run: metadata of each asset that materialized, by name, and the error that ended it, if any."""

    key: str
    assets: dict[str, dict[str, Any]] = field(default_factory=dict)
    error: PytoonError | None = None


def prepare(home: Home, capacity: Capacity) -> Note | None:
    """Makes the folders that Dagster keeps its state in and that people drop uploads into. Gives what to say of
    settings that an operator has changed, once.
    """
    home.dagster.mkdir(parents=True, exist_ok=True)
    make_own(home)
    settings, news = dagster_yaml.settle(home, capacity)
    return Note(code="dagster_settings", message=f"{settings.path}: {settings}.") if news else None


@contextmanager
def instance(home: Home, tell: Callable[[Note], None] = lambda note: None) -> Iterator[dg.DagsterInstance]:
    """The Dagster instance of ``home``. ``tell`` hears what a person should know of its settings."""
    if note := prepare(home, Capacity.of_machine()):
        tell(note)
    export({"DAGSTER_HOME": home.dagster, "PYTOON_HOME": home.root})
    with dg.DagsterInstance.from_config(str(home.dagster)) as opened:
        yield opened


def compile_until_settled(job: dg.JobDefinition, opened: dg.DagsterInstance, home: Home, key: str) -> Outcome:
    """Runs ``compile_upload``, and again with a change that may help while quality control fails, as sensors do."""
    uploads = Uploads(home)
    request = Request.model_validate(uploads.get(key).request)
    while True:
        outcome = compile_upload(job, opened, home, key)
        failed = outcome.error is not None and outcome.error.category == "quality"
        if not failed or next_step(request, uploads.attempts(key)).done:
            return outcome


def compile_upload(job: dg.JobDefinition, opened: dg.DagsterInstance, home: Home, key: str) -> Outcome:
    """Materializes what ``job`` selects, for one key. Never raises for a failed run; the outcome says why."""
    add_partitions(opened, [key])
    uploads = Uploads(home)
    uploads.clear_failure(key)
    result = job.execute_in_process(
        instance=opened,
        partition_key=key,
        raise_on_error=False,
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
    )
    assets = {
        event.asset_key.to_user_string(): {
            name: value.value for name, value in event.step_materialization_data.materialization.metadata.items()
        }
        for event in result.get_asset_materialization_events()
        if event.asset_key is not None
    }
    return Outcome(key, assets, None if result.success else _error(result, uploads, key))


def _error(result: dg.ExecuteInProcessResult, uploads: Uploads, key: str) -> PytoonError:
    if failure := uploads.failure(key):
        error = PytoonError(failure.code, failure.message, failure.hint)
        error.category = failure.category  # type: ignore[misc]
        return error
    steps = [event for event in result.all_events if event.is_step_failure]
    ended = [event for event in result.all_events if event.is_job_event and event.is_failure]
    stage, raised = "run", None
    if steps:
        stage, raised = str(steps[0].step_key), steps[0].step_failure_data.error
    elif ended:
        raised = ended[-1].job_failure_data.error
    if raised is None:
        return internal_error(stage, "it ended early")
    cause = raised.cause or raised
    if cause.cls_name == "DagsterExecutionInterruptedError":
        raise KeyboardInterrupt
    return internal_error(stage, f"{cause.cls_name}: {cause.message.strip()}")
