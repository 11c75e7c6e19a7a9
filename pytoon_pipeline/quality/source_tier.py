"""The sources: whether what they promised is in the video."""

from collections.abc import Iterator

from pytoon_pipeline.contracts.quality import Finding
from pytoon_pipeline.quality.context import CheckContext


def truncated(context: CheckContext) -> Iterator[Finding]:
    """A part of a source that never came: the video is whole, what it was made from is not."""
    for loss in context.spec.losses if context.spec else ():
        yield context.finding(
            "file",
            "truncated_source",
            "advice",
            loss.message,
            loss.lost if loss.lost is not None else "unknown",
            context.limits.lost_seconds,
            context.limit_sources["lost_seconds"],
        )
