"""Which keys are to be run now. By how things stand, not by what has happened: whatever is killed in between, the next
look sees what is missing. Reads only.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import dagster as dg
from pydantic import ValidationError

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.contracts.status import FailureRecord
from pytoon_pipeline.defs.overrides import overrides_of
from pytoon_pipeline.defs.partitions import PARTITION_TAG
from pytoon_pipeline.defs.requesting import aware
from pytoon_pipeline.operations.remedies import next_step
from pytoon_pipeline.operations.retries import GaveUp, next_retry_at

# Databases may keep times in whole seconds.
CLOCK_STEP = 1.0


@dataclass(frozen=True)
class Due:
    """A key to be run now: as which attempt, since when it has been waiting, the run whose failure was noted, and with
    which other values for fields of its request.
    """

    key: str
    attempt: int
    since: float
    noted: str = ""
    overrides: Mapping[str, Any] = field(default_factory=dict)


def due_keys(uploads: Uploads, now: float) -> Iterator[Due]:
    """Keys that are to be run now, those that have waited longest first."""
    stopped = uploads.stopped()
    found = [
        Due(key, 1, since)
        for key, since in uploads.pending().items()
        if key not in stopped and uploads.failure(key) is None and uploads.find(key)
    ]
    for key in uploads.failing():
        failure, upload = uploads.failure(key), uploads.find(key)
        if key in stopped or failure is None or upload is None:
            continue
        if isinstance(when := next_retry_at(failure), GaveUp) or when > now:
            continue
        if attempt := _attempt(uploads, upload, failure):
            found.append(Due(key, attempt, failure.at, failure.run, failure.overrides))
    yield from sorted(found, key=lambda due: due.since)


def _attempt(uploads: Uploads, upload: SourceMedia, failure: FailureRecord) -> int | None:
    """The number of the attempt that is due; none when the last one stands. A request that this version no longer takes
    is run as well: the run says what is wrong with it.
    """
    try:
        request = Request.model_validate(upload.request | failure.overrides)
    except ValidationError:
        return 1
    step = next_step(request, uploads.attempts(upload.key, failure.overrides))
    return None if failure.category == "quality" and step.done else step.number


def not_requested(instance: dg.DagsterInstance, due: Due) -> dg.DagsterRun | None:
    """The last run of a due key, when a person has stopped it, or it ended before any stage could say why."""
    of_key = dg.RunsFilter(tags={PARTITION_TAG: due.key})
    last = next(iter(instance.get_run_records(of_key, limit=1)), None)
    if last is None or aware(last.create_timestamp).timestamp() + CLOCK_STEP < due.since:
        return None
    run = last.dagster_run
    if run.status == dg.DagsterRunStatus.CANCELED:
        return run
    # A run with values of its own that fails for them says so to whoever has started it; the one that was asked for
    # again with them does not.
    silent = run.status == dg.DagsterRunStatus.FAILURE and run.run_id != due.noted
    return run if silent and overrides_of(run.run_config) == due.overrides else None
