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
        return dg.SkipReason(f"{_what(lost)} The job {RECONCILE} is running or has just failed.")
    context.log.info(f"Requested {RECONCILE}. {_what(lost)}")
    return dg.RunRequest()


def _what(lost: Sequence[dg.DagsterRun]) -> str:
    """Why the job is needed. A run is named by its upload, or else by its job."""
    if not lost:
        return "A run has ended, but the catalog does not say how yet."
    return f"Lost runs: {first_few([run.tags.get(PARTITION_TAG, run.job_name) for run in lost])}."
