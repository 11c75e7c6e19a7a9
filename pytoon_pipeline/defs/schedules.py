"""The nightly batch. It requests what is missing, so a missed tick loses nothing."""

from collections.abc import Iterator

import dagster as dg

from pytoon_pipeline.defs.overrides import config_for
from pytoon_pipeline.defs.partitions import partition_by_key
from pytoon_pipeline.defs.resources import CatalogResource, ConfigResource
from pytoon_pipeline.defs.run_queries import keys_in_progress
from pytoon_pipeline.defs.sensors.request_runs import BATCH_PRIORITY
from pytoon_pipeline.defs.tags import PRIORITY_TAG, REASON_TAG, queue_tags
from pytoon_pipeline.operations.batches import batch, last_overrides
from pytoon_pipeline.reporting.sentences import first_few


def nightly_batch(
    context: dg.ScheduleEvaluationContext, config: ConfigResource, catalog: CatalogResource
) -> Iterator[dg.RunRequest | dg.SkipReason]:
    uploads = catalog.uploads
    # A schedule cannot add partitions. The sensor request_runs requests keys that are not partitions yet.
    partitions = partition_by_key(context.instance, uploads)
    busy = keys_in_progress(context.instance, uploads)
    reasons = batch(uploads, busy, partitions, config.operations.max_batch_size)
    night = context.scheduled_execution_time.date().isoformat()
    context.log.info(f"Batch of {night}: {first_few([partitions[key] for key in reasons]) or 'nothing to do'}.")
    for key, reason in reasons.items():
        # For the reason “presets”, the run forgets earlier attempts; see assets/source.py.
        yield dg.RunRequest(
            run_key=f"{night}:{partitions[key]}",
            partition_key=partitions[key],
            run_config=config_for(last_overrides(uploads, key, reason)),
            tags={**queue_tags(uploads.find(key)), PRIORITY_TAG: str(BATCH_PRIORITY), REASON_TAG: reason},
        )
    if not reasons:
        yield dg.SkipReason("All videos are finished and use the current presets.")
