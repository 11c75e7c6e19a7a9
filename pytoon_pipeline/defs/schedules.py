"""The nightly batch. It requests what is missing, so a missed tick loses nothing."""

from collections.abc import Iterator

import dagster as dg

from pytoon_pipeline.defs.overrides import config_for
from pytoon_pipeline.defs.partitions import PRIORITY_TAG, REASON_TAG, UPLOADS
from pytoon_pipeline.defs.resources import CatalogResource, ConfigResource
from pytoon_pipeline.defs.run_queries import keys_in_progress
from pytoon_pipeline.defs.sensors.request_runs import BATCH_PRIORITY
from pytoon_pipeline.operations.batches import batch, last_overrides


def nightly_batch(
    context: dg.ScheduleEvaluationContext, config: ConfigResource, catalog: CatalogResource
) -> Iterator[dg.RunRequest | dg.SkipReason]:
    uploads = catalog.uploads
    # A schedule cannot add partitions. The sensor request_runs requests keys that are not partitions yet.
    known = set(context.instance.get_dynamic_partitions(UPLOADS))
    reasons = batch(uploads, keys_in_progress(context.instance), known, config.operations.max_batch_size)
    night = context.scheduled_execution_time.date().isoformat()
    context.log.info(f"Keys in the batch of {night}: {len(reasons)}.")
    for key, reason in reasons.items():
        # For the reason “presets”, the run forgets earlier attempts; see assets/source.py.
        yield dg.RunRequest(
            run_key=f"{night}:{key}",
            partition_key=key,
            run_config=config_for(last_overrides(uploads, key, reason)),
            tags={PRIORITY_TAG: str(BATCH_PRIORITY), REASON_TAG: reason},
        )
    if not reasons:
        yield dg.SkipReason("All videos are finished and use the current presets.")
