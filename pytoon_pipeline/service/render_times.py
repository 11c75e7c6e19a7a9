"""How long a render waited and how long it still takes, from its events since it was queued."""

from collections.abc import Sequence

from pytoon_pipeline.contracts.events import RenderEvent


def queued_seconds(events: Sequence[RenderEvent]) -> float | None:
    """Seconds from queueing to the first sign of work; none before it, and where that is not known any more."""
    begun = next((one.at for one in events if one.type == "render.progress"), None)
    if begun is None or events[0].type != "render.queued":
        return None
    return round(max(0.0, begun - events[0].at), 1)


def seconds_left(events: Sequence[RenderEvent], now: float) -> float | None:
    """Seconds until all segments are rendered, at the rate so far; none before there is a rate.

    What follows, joining and quality control, takes seconds.
    """
    known = [(one.at, one.data.percent) for one in events if one.data.percent is not None]
    if not known or events[-1].type != "render.progress":
        return None
    (first, began), (last, reached) = known[0], known[-1]
    if reached <= began or last <= first:
        return None
    left = (100 - reached) * (last - first) / (reached - began)
    return round(max(0.0, left - (now - last)), 1)
