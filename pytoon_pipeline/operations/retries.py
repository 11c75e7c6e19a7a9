"""When a key is tried again by itself. Pure: what happened and the time decide. The only retry rule there is."""

from collections.abc import Mapping
from dataclasses import dataclass

from pytoon_pipeline.contracts.status import ErrorCategory, FailureRecord

MINUTE, HOUR = 60.0, 3600.0
# Seconds before the next try, for each class of failure: as many tries as there are numbers, then it is left to the
# nightly batch and to people.
DELAYS: Mapping[ErrorCategory, tuple[float, ...]] = {
    # The same upload gives the same answer.
    "invalid_input": (),
    # What a run missed in the store is made by the next; what is not installed may be soon.
    "dependency_missing": (5, MINUTE, 10 * MINUTE, HOUR),
    # Killed processes begin again at once and go on from what is done; a full disk or an engine that cannot be
    # reached may take longer.
    "transient": (0, 2, 5, 10, 15, 20, 30, 30, MINUTE, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE),
    # Each time with another change: see remedies.py, which says when it ends.
    "quality": (0,) * 8,
    # Once more, for what happens once in a thousand times.
    "bug": (30,),
}
# Failures of several classes by turns end, too.
MAX_RETRIES = 30


@dataclass(frozen=True)
class GaveUp:
    """Not by itself; ``reason`` for people."""

    reason: str


def next_retry_at(failure: FailureRecord) -> float | GaveUp:
    """When the key is tried again, in seconds since the epoch, or why it never is."""
    delays = DELAYS[failure.category]
    if not delays:
        return GaveUp("trying again gives the same answer")
    if failure.tries > len(delays) or failure.total > MAX_RETRIES:
        return GaveUp(f"it has failed {failure.total} times")
    return failure.at + delays[failure.tries - 1]
