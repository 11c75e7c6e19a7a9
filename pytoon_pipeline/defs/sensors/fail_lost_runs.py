"""Requests ``reconcile_runs`` when a run has lost its process, so that no run stays “started” for ever."""

from collections.abc import Sequence

import dagster as dg

from pytoon_pipeline.defs.partitions import PARTITION_TAG
from pytoon_pipeline.defs.reconcile import RECONCILE, has_unrecorded_runs, lost_runs
from pytoon_pipeline.defs.resources import CatalogResource, ConfigResource
from pytoon_pipeline.defs.run_queries import may_request
from pytoon_pipeline.reporting.sentences import first_few


def fail_lost_runs(
    context: dg.SensorEvaluationContext, config: ConfigResource, catalog: CatalogResource
) -> dg.RunRequest | dg.SkipReason:
    instance = context.instance
    lost = lost_runs(instance, config.home)
    if not lost and not has_unrecorded_runs(instance, catalog.uploads):
        return dg.SkipReason("There are no lost runs.")
    if not may_request(instance, RECONCILE, frozenset(run.run_id for run in lost)):
        return dg.SkipReason(f"Lost runs: {_named(lost)}. The job {RECONCILE} is running or has just failed.")
    context.log.info(f"Requested {RECONCILE} for lost runs: {_named(lost)}.")
    return dg.RunRequest()


def _named(runs: Sequence[dg.DagsterRun]) -> str:
    """What the runs work on: an upload, or else their job."""
    return first_few([run.tags.get(PARTITION_TAG, run.job_name) for run in runs]) or "none; a run ended unrecorded"
