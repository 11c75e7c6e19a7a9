"""What happened to renders, for programs: in the order in which it happened."""

from typing import Annotated, Literal

from pydantic import Field

from pytoon_pipeline.contracts.base import Record

EventType = Literal[
    "render.queued",
    "render.progress",
    "render.completed",
    "render.degraded",
    "render.held",
    "render.failed",
    "render.stopped",
]


class EventData(Record):
    """What an event says beside its type: the stage and percentage of progress, or why a render failed."""

    stage: str | None = None
    percent: int | None = None
    code: str | None = None
    message: str | None = None
    hint: str | None = None


class RenderEvent(Record):
    """An event. ``seq`` grows with every event of the server; ``at`` is in seconds since the epoch."""

    seq: int
    type: EventType
    at: float
    render: str
    data: EventData = EventData()


class EventSubscription(Record):
    """The first message of a WebSocket: the events of ``render``, or of all, that follow ``after``.

    Without ``after``, those to come. ``key`` is for clients that can send no header and have no session.
    """

    key: str | None = None
    after: Annotated[int, Field(ge=0, le=2**63 - 1)] | None = None
    render: str | None = None
