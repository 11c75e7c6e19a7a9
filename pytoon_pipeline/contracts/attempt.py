"""Attempts at a video: what was tried, and with which result."""

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.quality import Verdict


class Attempt(Record):
    """One pass through plan, rendering and quality control. ``plan`` is the fingerprint of its RenderSpec.

    ``remedies`` are the changes to the request, by name; ``fallback`` marks the simplified video, the last resort;
    ``codes`` are the gates that failed, and ``messages`` what they say.
    """

    number: int
    plan: str
    remedies: tuple[str, ...] = ()
    fallback: bool = False
    verdict: Verdict
    score: float
    codes: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()
