"""One partition an upload, named by its key."""

from datetime import datetime
from typing import Any

import dagster as dg

UPLOADS = "uploads"
PARTITION_TAG, ATTEMPT_TAG, PRIORITY_TAG = "dagster/partition", "pytoon/attempt", "dagster/priority"
# Why a run was asked for by itself; see planning/batches.py.
REASON_TAG = "pytoon/reason"


class UploadPartitions(dg.DynamicPartitionsDefinition):
    """Asks the database once a process whether a key exists.

    Dagster asks eight times for every input of every step; on SQLite that is a third of what a run costs where all is
    cached. Keys are only ever removed when nothing works on them, so a yes stays true while a run lasts.
    """

    _known: set[str] = set()  # noqa: RUF012 - shared on purpose: the definition is one value, wherever it is copied

    def has_partition_key(
        self,
        partition_key: str,
        current_time: datetime | None = None,
        dynamic_partitions_store: Any = None,
    ) -> bool:
        if partition_key not in self._known:
            if not super().has_partition_key(partition_key, current_time, dynamic_partitions_store):
                return False
            self._known.add(partition_key)
        return True


uploads = UploadPartitions(name=UPLOADS)


def add_partitions(instance: dg.DagsterInstance, keys: list[str]) -> None:
    """Makes uploads known to Dagster."""
    instance.add_dynamic_partitions(UPLOADS, keys)
