"""Attempts at a video: what was tried, and what came of it."""

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.quality import Verdict


class Attempt(Record):
    """One pass through plan, rendering and quality control. ``plan`` is the fingerprint of its RenderSpec.

    ``remedies`` name what was changed in the request; ``safe`` marks the plain video that is the last resort; ``codes``
    are the gates that failed.
    """

    number: int
    plan: str
    remedies: tuple[str, ...] = ()
    fallback: bool = False
    verdict: Verdict
    score: float
    codes: tuple[str, ...] = ()
