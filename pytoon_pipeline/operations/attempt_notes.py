"""Attempts in sentences for a person: what each further attempt changes, and why it was needed. Pure."""

from collections.abc import Sequence
from itertools import pairwise

from pytoon_pipeline.contracts.attempt import Attempt
from pytoon_pipeline.contracts.render_results import Retry
from pytoon_pipeline.operations.remedies import DESCRIPTIONS, Step


def retries_of(attempts: Sequence[Attempt]) -> tuple[Retry, ...]:
    """The attempts after the first."""
    return tuple(
        _retry(Step(after.number, after.remedies, after.fallback), before) for before, after in pairwise(attempts)
    )


def next_retry(step: Step, attempts: Sequence[Attempt]) -> Retry:
    """The attempt that ``step`` starts after ``attempts``, of which there is at least one."""
    return _retry(step, attempts[-1])


def _retry(step: Step, before: Attempt) -> Retry:
    """The attempt of ``step``, which follows the failed attempt ``before``."""
    added = [name for name in step.remedies if step.fallback or name not in before.remedies]
    what = "; ".join(DESCRIPTIONS[name] for name in added) or "the same request again"
    reason = " ".join(before.messages) or ", ".join(before.codes) or "it did not pass quality control"
    return Retry(attempt=step.number, remedy=f"simplified: {what}" if step.fallback else what, reason=reason)
