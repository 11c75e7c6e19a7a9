"""One partition per upload, named by its key."""

import dagster as dg

UPLOADS = "uploads"
PARTITION_TAG, ATTEMPT_TAG, PRIORITY_TAG = "dagster/partition", "pytoon/attempt", "dagster/priority"
# Why the nightly batch requested a run; see operations/batches.py.
REASON_TAG = "pytoon/reason"

uploads = dg.DynamicPartitionsDefinition(name=UPLOADS)


def add_partitions(instance: dg.DagsterInstance, keys: list[str]) -> None:
    """Adds keys to the partitions; those that exist stay as they are."""
    instance.add_dynamic_partitions(UPLOADS, keys)
