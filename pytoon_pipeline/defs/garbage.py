"""The job ``collect_garbage``: removes from the store, the logs, Dagster's history and its partitions what is no longer
needed. What may go is decided in ``operations/garbage.py`` and ``defs/history.py``.
"""

import dagster as dg

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.defs.history import remove_old_runs
from pytoon_pipeline.defs.ownership import TEAM, labels
from pytoon_pipeline.defs.partitions import UPLOADS, add_partitions, keys_by_partition, partition_of
from pytoon_pipeline.defs.resources import CatalogResource, ConfigResource, StoreResource
from pytoon_pipeline.defs.run_queries import keys_in_progress
from pytoon_pipeline.operations import garbage

COLLECT_GARBAGE = "collect_garbage"


@dg.op(
    config_schema={},
    description="Removes expired results, old logs and old runs, and the keys of long-finished uploads from the "
    "partitions.",
)
def remove_expired(
    context: dg.OpExecutionContext, config: ConfigResource, catalog: CatalogResource, store: StoreResource
) -> None:
    home, rules, uploads = config.home, config.operations, catalog.uploads
    busy = keys_in_progress(context.instance, uploads)
    report = garbage.collect_garbage(home, store.artifacts, uploads, rules, context.run.run_id, busy)
    removed = synchronize_partitions(context.instance, uploads, busy)
    runs = remove_old_runs(context.instance, home, rules.run_retention_days, rules.operational_run_retention_days)
    context.add_output_metadata(
        {**vars(report.store), "old_logs": report.old_logs, "archived_keys": removed, "old_runs": runs}
    )


def synchronize_partitions(instance: dg.DagsterInstance, uploads: Uploads, busy: set[str]) -> int:
    """Makes Dagster's partitions those of the catalog: without archived keys, with all others. Returns how many were
    removed. Keys in ``busy`` stay.
    """
    partitions, archived = keys_by_partition(instance, uploads), uploads.archived()
    # Includes keys that an interrupted collection has archived.
    removed = sorted(partition for partition, key in partitions.items() if key in archived and key not in busy)
    for partition in removed:
        instance.delete_dynamic_partition(UPLOADS, partition)
    # Keys that Dagster's database does not have, as after its loss.
    missing = sorted(set(uploads.keys()) - archived - set(partitions.values()))
    add_partitions(instance, [partition_of(uploads, key) for key in missing])
    return len(removed)


@dg.job(
    name=COLLECT_GARBAGE,
    description="Removes what is no longer needed: intermediate results by age and size, old logs and old runs. "
    "Finished videos and uploads are kept.",
    tags=labels("maintenance"),
    owners=[TEAM],
)
def collect_garbage() -> None:
    remove_expired()
