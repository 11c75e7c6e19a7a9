"""Events of renders, as they happen."""

from typing import Annotated

from fastapi import FastAPI, Header, Query, WebSocket
from fastapi.responses import StreamingResponse

from pytoon_pipeline.api.access import ReadsRenders, ReadsRendersLater
from pytoon_pipeline.api.event_socket import follow
from pytoon_pipeline.api.event_stream import HEADERS, Newest, stream
from pytoon_pipeline.api.service import ApiService
from pytoon_pipeline.catalog.events import Events
from pytoon_pipeline.contracts.access import Caller

MAX_SEQ = 2**63 - 1
After = Annotated[int | None, Query(ge=0, le=MAX_SEQ, description="the number of the last event that you have")]
LastEventId = Annotated[int | None, Header(ge=0, le=MAX_SEQ, description="what browsers send when they return")]


class EventStream(StreamingResponse):
    """Server-sent events."""

    media_type = "text/event-stream"


def add_events(app: FastAPI, service: ApiService) -> None:
    events = Events(service.home)
    newest = Newest(events)

    def answer(caller: Caller, key: str | None, after: int) -> EventStream:
        return EventStream(stream(events, newest, caller.tenant, key, after), headers=HEADERS)

    @app.get("/v1/events", response_class=EventStream)
    def all_events(caller: ReadsRenders, after: After = None, last_event_id: LastEventId = None) -> EventStream:
        """Events of all renders as server-sent events: those to come, or those after ``after``."""
        given = last_event_id if last_event_id is not None else after
        return answer(caller, None, events.newest() if given is None else given)

    @app.get("/v1/renders/{render}/events", response_class=EventStream)
    def of_render(
        caller: ReadsRenders, render: str, after: After = None, last_event_id: LastEventId = None
    ) -> EventStream:
        """Events of one render as server-sent events: from its first one on, or those after ``after``."""
        given = last_event_id if last_event_id is not None else after
        return answer(caller, service.of(caller).key(render), given or 0)

    @app.websocket("/v1/events")
    async def socket(check: ReadsRendersLater, socket: WebSocket) -> None:
        """Events for pages: the first message says which."""
        await follow(socket, check, service, events, newest)
