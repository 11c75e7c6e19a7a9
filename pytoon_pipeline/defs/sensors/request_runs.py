"""Requests a run for every key that waits for its video or may be retried, and adds new keys to the partitions."""

import time
from collections.abc import Mapping

import dagster as dg

from pytoon_pipeline.defs.overrides import config_for
from pytoon_pipeline.defs.partitions import ATTEMPT_TAG, PRIORITY_TAG
from pytoon_pipeline.defs.partitions import uploads as partitions
from pytoon_pipeline.defs.resources import CatalogResource
from pytoon_pipeline.defs.run_queries import keys_in_progress, unrecorded_run
from pytoon_pipeline.operations.due import DueKey, due_keys

# People who wait in the UI come first (0), then new uploads and retries, then nightly batches.
UPLOAD_PRIORITY, BATCH_PRIORITY = -1, -10
# Keys that one tick requests, and how long it looks for them: Dagster ends a tick after a minute.
MAX_REQUESTS, MAX_SECONDS = 100, 30.0


def request_runs(context: dg.SensorEvaluationContext, catalog: CatalogResource) -> dg.SensorResult | dg.SkipReason:
    # Before the due keys: a run that ends between the two leaves a key that no longer waits.
    busy = keys_in_progress(context.instance)
    requested: list[DueKey] = []
    waiting, started = 0, time.monotonic()
    for due in due_keys(catalog.uploads, time.time()):
        if len(requested) == MAX_REQUESTS or time.monotonic() - started > MAX_SECONDS:
            break
        # The end of its last run has to be recorded with the key first; see defs/reconcile.py.
        if due.key not in busy and unrecorded_run(context.instance, due) is None:
            requested.append(due)
        else:
            waiting += 1
    if not requested:
        return dg.SkipReason(
            f"No new runs are needed; in progress: {waiting}." if waiting else "No new runs are needed."
        )
    retries = sum(due.attempt > 1 or due.failed_run != "" for due in requested)
    context.log.info(f"Runs requested: {len(requested)} (retries: {retries}); in progress: {waiting}.")
    return dg.SensorResult(
        run_requests=[run_request(due) for due in requested],
        dynamic_partitions_requests=[partitions.build_add_request([due.key for due in requested])],
    )


def run_request(due: DueKey) -> dg.RunRequest:
    """The request for a run of a key that has none in progress. Dagster ignores a second one with its run key."""
    return dg.RunRequest(
        run_key=f"{due.key}:{due.attempt}:{due.since:.3f}",
        partition_key=due.key,
        run_config=config_for(due.overrides),
        tags=_tags(due.attempt),
    )


def _tags(attempt: int) -> Mapping[str, str]:
    return {ATTEMPT_TAG: str(attempt), PRIORITY_TAG: str(UPLOAD_PRIORITY)}
