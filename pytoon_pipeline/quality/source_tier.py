"""Checks of the sources: whether everything that their headers promise is in the video."""

from collections.abc import Iterator

from pytoon_pipeline.quality.context import CheckContext
from pytoon_pipeline.quality.deviation import Deviation


def truncated(context: CheckContext) -> Iterator[Deviation]:
    """Sources that are shorter than they promise. The video itself is complete."""
    for loss in context.spec.losses if context.spec else ():
        value = loss.lost_seconds if loss.lost_seconds is not None else "unknown"
        yield Deviation("truncated_source", loss.message, value, context.limit("lost_seconds"), "advice")
