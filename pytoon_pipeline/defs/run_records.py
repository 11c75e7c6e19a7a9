"""What Dagster has recorded of the runs of an upload. Implements ``service.runner.RunRecords``."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import dagster as dg

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.defs.history import remove_run
from pytoon_pipeline.defs.partitions import PARTITION_TAG, UPLOADS, partition_of
from pytoon_pipeline.defs.reconcile import fail_lost
from pytoon_pipeline.defs.run_queries import UNFINISHED, keys_in_progress
from pytoon_pipeline.defs.traces import erase_traces, purge_traces
from pytoon_pipeline.runtime.home import Home


@dataclass(frozen=True)
class DagsterRunRecords:
    """The records of an open instance."""

    instance: dg.DagsterInstance
    home: Home

    def in_progress(self, key: str) -> bool:
        """Whether a run of the upload has not ended. Runs whose process has died are marked as failed first."""
        fail_lost(self.instance, self.home)
        return key in keys_in_progress(self.instance, Uploads(self.home))

    def cancel(self, key: str) -> None:
        """Takes the runs of the upload out of the queue, and interrupts the one in progress."""
        uploads = Uploads(self.home)
        of_key = dg.RunsFilter(tags={PARTITION_TAG: [partition_of(uploads, key), key]}, statuses=UNFINISHED)
        for run in self.instance.get_runs(of_key):
            self.instance.run_coordinator.cancel_run(run.run_id)

    def erase(self, name: str) -> None:
        """Removes all that is recorded of the upload called ``name``; ``purge`` then removes the bytes."""
        self.forget(name)
        erase_traces(self.home, name)

    def purge(self) -> None:
        """Writes the databases anew, without what was deleted."""
        purge_traces(self.home)

    def forget(self, name: str) -> None:
        """Removes the runs and the partition of the upload called ``name``."""
        for record in self.instance.get_run_records(dg.RunsFilter(tags={PARTITION_TAG: name})):
            remove_run(self.instance, self.home, record.dagster_run.run_id)
        self.instance.delete_dynamic_partition(UPLOADS, name)


@contextmanager
def open_run_records(home: Home) -> Iterator[DagsterRunRecords]:
    """The records of a home that has an instance."""
    with dg.DagsterInstance.from_config(str(home.dagster)) as instance:
        yield DagsterRunRecords(instance, home)
