"""One partition per upload, named by the upload's name. Everywhere else an upload is known by its key: this module
translates between the two.

Partitions of earlier versions are named by the key itself; they still work.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import dagster as dg

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.reporting.sentences import MAX_NAMED, first_few

UPLOADS = "uploads"
PARTITION_TAG = "dagster/partition"

# The partitions that this run knows to exist; none outside a run.
_existing: ContextVar[set[str] | None] = ContextVar("existing", default=None)


class UploadPartitions(dg.DynamicPartitionsDefinition):
    """Dynamic partitions that a run looks up once. Dagster asks for the run's own one 350 times, with a query each."""

    def has_partition_key(self, partition_key: str, *context: Any, **more: Any) -> bool:
        existing = _existing.get()
        if existing is not None and partition_key in existing:
            return True
        found: bool = super().has_partition_key(partition_key, *context, **more)
        if found and existing is not None:
            existing.add(partition_key)
        return found


uploads = UploadPartitions(name=UPLOADS)


@contextmanager
def lasting_partitions() -> Iterator[None]:
    """Inside the block, in which one run is executed, partitions that existed once still exist."""
    token = _existing.set(set())
    try:
        yield
    finally:
        _existing.reset(token)


def partition_of(known: Uploads, key: str) -> str:
    """The partition of an upload."""
    return known.name(key)


def key_of(known: Uploads, partition: str) -> str:
    """The key of a partition. A partition that no upload has is its own key: looking it up reports that."""
    return known.key_of(partition) or partition


def named(known: Uploads, keys: Sequence[str]) -> str:
    """The first uploads by name, and how many more there are. Looks up only the first ones."""
    first = keys[:MAX_NAMED]
    return first_few([partition_of(known, key) for key in first], unnamed=len(keys) - len(first))


def chosen_partition(context: dg.AssetExecutionContext) -> str:
    """The partition of a run. Raises ``InvalidInput`` for a run that was launched without one."""
    if not context.has_partition_key:
        raise InvalidInput(
            "no_upload",
            "This run has no upload.",
            "Choose an upload: materialize the assets for one of the partitions.",
        )
    return context.partition_key


def key_of_run(known: Uploads, run: dg.DagsterRun) -> str | None:
    """The key of the upload of a run; none for a run without an upload."""
    partition = run.tags.get(PARTITION_TAG)
    return None if partition is None else key_of(known, partition)


def keys_of(known: Uploads, partitions: Collection[str]) -> dict[str, str]:
    """The key of each partition, however many, in one query."""
    keys = {name: key for key, name in known.names().items()} if partitions else {}
    return {partition: keys.get(partition, partition) for partition in partitions}


def keys_by_partition(instance: dg.DagsterInstance, known: Uploads) -> dict[str, str]:
    """All partitions, with the key of each."""
    return keys_of(known, instance.get_dynamic_partitions(UPLOADS))


def partition_by_key(instance: dg.DagsterInstance, known: Uploads) -> dict[str, str]:
    """All keys that have a partition, with its name; if there are two, the one named by the upload."""
    partitions = keys_by_partition(instance, known).items()
    return {key: partition for partition, key in sorted(partitions, key=lambda one: one[0] != one[1])}


def add_partitions(instance: dg.DagsterInstance, partitions: list[str]) -> None:
    """Adds partitions; those that exist stay as they are."""
    instance.add_dynamic_partitions(UPLOADS, partitions)
