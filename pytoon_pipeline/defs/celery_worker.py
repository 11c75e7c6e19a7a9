"""The Celery application of workers that execute runs: where ``PYTOON_CELERY_BROKER`` names a Redis server, the run
launcher sends each run there as a task, and a worker on any machine takes it.

Start a worker with ``celery --app pytoon_pipeline.defs.celery_worker worker --concurrency 1``.
"""

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

from celery import Task
from celery.signals import worker_process_init
from dagster_celery.make_app import make_app
from dagster_celery.tasks import create_execute_job_task

from pytoon_pipeline.catalog.holding import running
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.defs.celery_launcher import QUEUE, VARIABLE
from pytoon_pipeline.defs.open_databases import kept_open
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.settings import Settings


def _broker() -> str:
    if (secret := Settings.load().celery_broker) is None:
        hint = f"Type: export {VARIABLE}=redis://HOST:6379/0"
        raise InvalidInput("invalid_setting", f"The environment variable {VARIABLE} is not set.", hint)
    return secret.get_secret_value()


# A worker that executes a run takes no other one from the broker: that would wait behind it while other workers are
# idle, and for an hour if this worker died.
app: Any = make_app(  # type: ignore[no-untyped-call]
    {
        "broker": _broker(),
        "backend": _broker(),
        "task_default_queue": QUEUE,
        "config_source": {
            "worker_prefetch_multiplier": 1,
            "worker_disable_prefetch": True,
            "worker_hijack_root_logger": False,
        },
    }
)


class ExecuteJob(Task):  # type: ignore[misc]
    """The task that executes a run. It has the lease of the run before Dagster records its start: that time is one of
    this machine's clock, by which the daemon's may find that the run has been silent for minutes.
    """

    def __call__(self, execute_job_args_packed: Mapping[str, Any]) -> Any:
        with running(Home.locate(), execute_job_args_packed["pipeline_run_id"]):
            return super().__call__(execute_job_args_packed=execute_job_args_packed)


execute_job = create_execute_job_task(app, base=ExecuteJob)  # type: ignore[arg-type]

_kept = ExitStack()


@worker_process_init.connect
def keep_connections(**_signal: object) -> None:
    """Lets the processes that execute runs keep connections to Dagster's database until they end."""
    _kept.enter_context(kept_open())
