"""Sensors: thin shells that ask for runs. What is to be done is decided elsewhere."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timezone

import dagster as dg

from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.defs.assets.quarantine import quarantine
from pytoon_pipeline.defs.jobs import COMPILE, compile_video
from pytoon_pipeline.planning.remedies import Step, decide
from pytoon_pipeline.store.home import Home
from pytoon_pipeline.store.liveness import died
from pytoon_pipeline.store.uploads import Uploads

ATTEMPT_TAG = "pytoon/attempt"
PARTITION_TAG = "dagster/partition"
DEATHS_TAG = "pytoon/deaths"
QC_FAILED = "qc_failed"
# A process that has not begun after so many seconds never will.
LONGEST_START = 90.0
WORKING = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
# A run that is killed again and again is left to a person.
MOST_DEATHS = 5
# Keys looked after in one tick: a tick must end within a minute.
A_TICK = 50


@dg.sensor(
    job=compile_video,
    minimum_interval_seconds=10,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Videos that failed quality control are made again with a change that may help.",
)
def mend_failed_videos(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
    uploads = Uploads(Home.locate().uploads)
    asked = 0
    for key, step in waiting(uploads):
        if asked == A_TICK:
            break
        ended = deaths(context.instance, key, step)
        if ended is not None and ended < MOST_DEATHS:
            asked += 1
            tags = {ATTEMPT_TAG: str(step.number)}
            yield dg.RunRequest(run_key=f"{key}:{step.number}:{ended}", partition_key=key, tags=tags)
    if not asked:
        yield dg.SkipReason("No video waits to be made again.")


def _aware(time: datetime) -> datetime:
    """Dagster keeps times in UTC, some without saying so."""
    return time if time.tzinfo else time.replace(tzinfo=timezone.utc)


def waiting(uploads: Uploads) -> Iterator[tuple[str, Step]]:
    """Keys whose last video failed, and what is to be tried next."""
    for key in uploads.failing():
        failed = uploads.failure(key)
        if failed is None or failed.code != QC_FAILED:
            continue
        step = decide(Request.model_validate(uploads.get(key).request), uploads.attempts(key))
        if not step.done:
            yield key, step


def deaths(instance: dg.DagsterInstance, key: str, step: Step) -> int | None:
    """How many runs of this attempt ended without finishing it; none while one is on its way."""
    tags = {PARTITION_TAG: key, ATTEMPT_TAG: str(step.number)}
    runs: Sequence[dg.DagsterRun] = instance.get_runs(dg.RunsFilter(job_name=COMPILE, tags=tags))
    return None if any(not run.is_finished for run in runs) else len(runs)


@dg.sensor(
    job=compile_video,
    minimum_interval_seconds=10,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Runs whose process died are marked as failed; a first attempt that died so is asked for again.",
)
def notice_dead_runs(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
    home, instance = Home.locate(), context.instance
    uploads = Uploads(home.uploads)
    asked = 0
    for record in instance.get_run_records(dg.RunsFilter(statuses=WORKING)):
        run, lock = record.dagster_run, home.run_lock(record.dagster_run.run_id)
        starting = run.status == dg.DagsterRunStatus.STARTING
        waited = (datetime.now(timezone.utc) - _aware(record.update_timestamp)).total_seconds()
        if not (waited > LONGEST_START and not lock.exists() if starting else died(lock)):
            continue
        instance.report_run_failed(run, "The process of this run has died.")
        lock.unlink(missing_ok=True)
        key = run.tags.get(PARTITION_TAG)
        if run.job_name != COMPILE or key is None or ATTEMPT_TAG in run.tags or uploads.attempts(key):
            continue  # a later attempt is looked after by the loop
        deaths_of_first = int(run.tags.get(DEATHS_TAG, "0")) + 1
        if deaths_of_first < MOST_DEATHS:
            asked += 1
            yield dg.RunRequest(
                run_key=f"{key}:after:{run.run_id}", partition_key=key, tags={DEATHS_TAG: str(deaths_of_first)}
            )
    if not asked:
        yield dg.SkipReason("No first attempt has died.")


@dg.sensor(
    asset_selection=[quarantine],
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Keeps the list of videos up to date that only the safe render could make.",
)
def list_quarantine(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    keys = ",".join(Uploads(Home.locate().uploads).degraded())
    if keys == (context.cursor or ""):
        return dg.SkipReason("Nothing has changed.")
    return dg.SensorResult(run_requests=[dg.RunRequest(run_key=None)], cursor=keys)
