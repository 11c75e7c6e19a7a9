"""Requests ``reconcile_runs`` when a run has lost its process, so that no run stays “started” for ever."""

import dagster as dg

from pytoon_pipeline.defs.reconcile import RECONCILE, has_unrecorded_runs, lost_runs
from pytoon_pipeline.defs.resources import CatalogResource, ConfigResource
from pytoon_pipeline.defs.run_queries import may_request


def fail_lost_runs(
    context: dg.SensorEvaluationContext, config: ConfigResource, catalog: CatalogResource
) -> dg.RunRequest | dg.SkipReason:
    instance = context.instance
    lost = lost_runs(instance, config.home)
    if not lost and not has_unrecorded_runs(instance, catalog.uploads):
        return dg.SkipReason("There are no lost runs.")
    if not may_request(instance, RECONCILE, frozenset(run.run_id for run in lost)):
        return dg.SkipReason(f"Lost runs: {len(lost)}; {RECONCILE} is running or has just failed.")
    context.log.info(f"Lost runs: {len(lost)}; requesting {RECONCILE}.")
    return dg.RunRequest()
