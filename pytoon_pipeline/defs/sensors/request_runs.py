"""Requests a run for every upload that waits for its video or may be retried, and adds new ones to the partitions."""

import time

import dagster as dg

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.defs.overrides import config_for
from pytoon_pipeline.defs.partitions import named, partition_of
from pytoon_pipeline.defs.partitions import uploads as partitions
from pytoon_pipeline.defs.resources import CatalogResource, ConfigResource
from pytoon_pipeline.defs.run_queries import keys_in_progress, unrecorded_run
from pytoon_pipeline.defs.tags import ATTEMPT_TAG, PRIORITY_TAG, SINCE_TAG, queue_tags
from pytoon_pipeline.defs.watching import report_tick
from pytoon_pipeline.operations.due import DueKey, due_keys
from pytoon_pipeline.operations.retries import GaveUp, next_retry_at

# People who wait in the UI come first (0), then new uploads and retries, then nightly batches.
UPLOAD_PRIORITY, BATCH_PRIORITY = -1, -10
# Keys that one tick requests, and how long it looks for them: Dagster ends a tick after a minute.
MAX_REQUESTS, MAX_SECONDS = 100, 30.0


def request_runs(
    context: dg.SensorEvaluationContext, config: ConfigResource, catalog: CatalogResource
) -> dg.SensorResult | dg.SkipReason:
    report_tick(context, config.home, "request_runs")
    uploads = catalog.uploads
    # Before the due keys: a run that ends between the two leaves a key that no longer waits.
    busy = keys_in_progress(context.instance, uploads)
    requested: list[DueKey] = []
    waiting, started = [], time.monotonic()
    for due in due_keys(uploads, uploads.now()):
        if len(requested) == MAX_REQUESTS or time.monotonic() - started > MAX_SECONDS:
            break
        # The end of its last run has to be recorded with the key first; see defs/reconcile.py.
        if due.key not in busy and unrecorded_run(context.instance, uploads, due) is None:
            requested.append(due)
        else:
            waiting.append(due.key)
    if not requested:
        return dg.SkipReason(
            f"No new runs are needed. In progress: {named(uploads, waiting) or 'none'}.{_next_retry(uploads)}"
        )
    requests = [run_request(uploads, due) for due in requested]
    _report(context, uploads, requested, waiting)
    return dg.SensorResult(
        run_requests=requests,
        dynamic_partitions_requests=[partitions.build_add_request([str(one.partition_key) for one in requests])],
    )


def run_request(uploads: Uploads, due: DueKey) -> dg.RunRequest:
    """The request for a run of a key that has none in progress. Dagster ignores a second one with its run key."""
    partition = partition_of(uploads, due.key)
    return dg.RunRequest(
        run_key=f"{partition}:{due.attempt}:{due.since:.3f}",
        partition_key=partition,
        run_config=config_for(due.overrides),
        tags={
            **queue_tags(uploads.find(due.key)),
            ATTEMPT_TAG: str(due.attempt),
            SINCE_TAG: f"{due.since:.3f}",
            PRIORITY_TAG: str(UPLOAD_PRIORITY),
        },
    )


def _next_retry(uploads: Uploads) -> str:
    """Which failed upload is retried next, and when."""
    waiting = {key: at for key, one in uploads.failures().items() if not isinstance(at := next_retry_at(one), GaveUp)}
    if not waiting:
        return ""
    key = min(waiting, key=lambda one: waiting[one])
    return f" Next retry: {partition_of(uploads, key)}, in {max(0.0, waiting[key] - uploads.now()):.0f} s."


def _report(context: dg.SensorEvaluationContext, uploads: Uploads, requested: list[DueKey], waiting: list[str]) -> None:
    """Says in the log of the tick what it requests."""
    context.log.info(f"Requested {named(uploads, [due.key for due in requested])}.")
    if retried := [due.key for due in requested if due.attempt > 1 or due.failed_run]:
        context.log.info(f"Of these, retried: {named(uploads, retried)}.")
    if waiting:
        context.log.info(f"In progress: {named(uploads, waiting)}.")
