"""Which keys need a run now. The recorded state decides, not what has happened: after a kill at any moment, the next
evaluation finds what is missing. Reads only.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.contracts.status import FailureRecord
from pytoon_pipeline.operations.remedies import next_step
from pytoon_pipeline.operations.retries import GaveUp, next_retry_at


@dataclass(frozen=True)
class DueKey:
    """A key that needs a run: the number of the attempt, since when it waits (seconds since the epoch), the run whose
    failure is recorded with the key, and the values that replace fields of its request.
    """

    key: str
    attempt: int
    since: float
    failed_run: str = ""
    overrides: Mapping[str, Any] = field(default_factory=dict)


def due_keys(uploads: Uploads, now: float) -> Iterator[DueKey]:
    """Keys that need a run at ``now``, those that have waited longest first."""
    stopped, failures = uploads.stopped(), uploads.failures()
    due = [
        DueKey(key, 1, since) for key, since in uploads.pending().items() if key not in stopped and key not in failures
    ]
    for key, failure in failures.items():
        if key in stopped or isinstance(retry_at := next_retry_at(failure), GaveUp) or retry_at > now:
            continue
        upload = uploads.find(key)
        if upload is not None and (attempt := _next_attempt(uploads, upload, failure)):
            due.append(DueKey(key, attempt, failure.at, failure.run, failure.overrides))
    yield from sorted(due, key=lambda one: one.since)


def will_be_retried(uploads: Uploads, key: str) -> bool:
    """Whether a key that failed is rendered again by itself, now or later; so is one that did not fail in the end."""
    failure, upload = uploads.failure(key), uploads.find(key)
    if failure is None or upload is None:
        return True
    final = key in uploads.stopped() or isinstance(next_retry_at(failure), GaveUp)
    return not final and _next_attempt(uploads, upload, failure) is not None


def _next_attempt(uploads: Uploads, upload: SourceMedia, failure: FailureRecord) -> int | None:
    """The number of the next attempt; None when the last one is final. A request that this version refuses runs as
    well: the run reports what is wrong with it.
    """
    try:
        request = Request.model_validate(upload.request | failure.overrides)
    except ValidationError:
        return 1
    step = next_step(request, uploads.attempts(upload.key, failure.overrides))
    return None if failure.category == "quality" and step.done else step.number
