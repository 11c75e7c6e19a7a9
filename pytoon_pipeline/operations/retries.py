"""When a failed key is retried automatically. Pure: the failure decides. This is the only retry rule."""

from collections.abc import Mapping
from dataclasses import dataclass

from pytoon_pipeline.contracts.status import ErrorCategory, FailureRecord

MINUTE, HOUR = 60.0, 3600.0
# Seconds before each retry, by category of failure. When the list is exhausted, the nightly batch and people decide.
DELAYS: Mapping[ErrorCategory, tuple[float, ...]] = {
    # The same upload gives the same result.
    "invalid_input": (),
    # The next run recomputes what was missing in the store; a missing dependency may be installed soon.
    "dependency_missing": (5, MINUTE, 10 * MINUTE, HOUR),
    # A killed process restarts at once and resumes; a full disk or an unreachable engine may take longer.
    "transient": (0, 2, 5, 10, 15, 20, 30, 30, MINUTE, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE),
    # Each time with another remedy; remedies.py decides when no remedy is left.
    "quality": (0,) * 8,
    # Once, for rare race conditions.
    "bug": (30,),
}
# Retries of alternating categories end, too.
MAX_RETRIES = 30


@dataclass(frozen=True)
class GaveUp:
    """The key is not retried automatically any more; ``reason`` is for people."""

    reason: str


def next_retry_at(failure: FailureRecord) -> float | GaveUp:
    """When the key is retried, in seconds since the epoch, or why it is not."""
    delays = DELAYS[failure.category]
    if not delays:
        return GaveUp("retrying would give the same result")
    if failure.tries > len(delays) or failure.total > MAX_RETRIES:
        return GaveUp(f"it has failed {failure.total} times")
    return failure.at + delays[failure.tries - 1]
