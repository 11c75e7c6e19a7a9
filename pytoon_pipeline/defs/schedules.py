"""What happens by the clock. Each asks for what is missing; nothing is lost when a tick is."""

from collections.abc import Iterator

import dagster as dg

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.config.presets import load_operations
from pytoon_pipeline.defs.assets.reports import pipeline_kpis
from pytoon_pipeline.defs.housekeeping import housekeeping
from pytoon_pipeline.defs.jobs import compile_video
from pytoon_pipeline.defs.overrides import config_for
from pytoon_pipeline.defs.partitions import PRIORITY_TAG, REASON_TAG, UPLOADS
from pytoon_pipeline.defs.requesting import runs_in_progress
from pytoon_pipeline.defs.sensors.keys import BATCH_PRIORITY
from pytoon_pipeline.operations.batches import batch, last_overrides
from pytoon_pipeline.runtime.home import Home


@dg.schedule(
    job=compile_video,
    cron_schedule="0 2 * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Makes what is pending, what failed for a reason that may have passed, and what has outdated presets.",
)
def nightly_batch(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
    uploads = Uploads(Home.locate())
    # A schedule cannot add partitions. A key without one has not been asked for yet: that is for the sensor to do.
    known = set(context.instance.get_dynamic_partitions(UPLOADS))
    wanted = batch(uploads, runs_in_progress(context.instance), known, load_operations().max_batch_size)
    night = context.scheduled_execution_time.date().isoformat()
    for key, reason in wanted.items():
        # With the reason “presets”, the run forgets earlier attempts; see assets/source.py.
        tags = {PRIORITY_TAG: str(BATCH_PRIORITY), REASON_TAG: reason}
        config = config_for(last_overrides(uploads, key, reason))
        yield dg.RunRequest(run_key=f"{night}:{key}", partition_key=key, run_config=config, tags=tags)
    if not wanted:
        yield dg.SkipReason("Every key has its video, planned with the presets of today.")


kpi_refresh = dg.ScheduleDefinition(
    name="kpi_refresh",
    target=dg.AssetSelection.assets(pipeline_kpis),
    cron_schedule="10 * * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Computes the figures over all videos.",
    tags={PRIORITY_TAG: str(BATCH_PRIORITY)},
)

nightly_housekeeping = dg.ScheduleDefinition(
    name="nightly_housekeeping",
    job=housekeeping,
    cron_schedule="30 4 * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Keeps the store, the logs and the partitions within their limits.",
    tags={PRIORITY_TAG: str(BATCH_PRIORITY)},
)
