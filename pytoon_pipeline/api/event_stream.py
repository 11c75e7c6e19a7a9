"""Events as server-sent events: ``id`` is the number of the event, so a client that returns misses none."""

import asyncio
import time
from collections.abc import AsyncIterator

from pytoon_pipeline.catalog.events import Events
from pytoon_pipeline.contracts.events import RenderEvent
from pytoon_pipeline.service.program_hints import event_for_programs

# How often the database is asked for new events, however many clients there are.
POLL_SECONDS = 0.05
HEARTBEAT_SECONDS = 15.0
# A stream ends after this time, and the client returns with its key, which may have been revoked.
MAX_SECONDS = 900.0
PAGE = 100
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "x-content-type-options": "nosniff"}


class Newest:
    """The number of the latest event, asked for once for all streams."""

    def __init__(self, events: Events) -> None:
        self._events, self._lock = events, asyncio.Lock()
        self._number, self._asked = 0, 0.0

    async def number(self) -> int:
        async with self._lock:
            if time.monotonic() - self._asked >= POLL_SECONDS:
                self._number = await asyncio.to_thread(self._events.newest)
                self._asked = time.monotonic()
        return self._number


async def following(
    events: Events, newest: Newest, tenant: str, key: str | None, after: int
) -> AsyncIterator[RenderEvent | None]:
    """The events that follow ``after``, as they happen, for ``MAX_SECONDS``; none as a heartbeat while nothing happens.

    No more are read than the client has taken, so a slow client costs no memory.
    """
    started = sent = time.monotonic()
    seen = after
    while time.monotonic() - started < MAX_SECONDS:
        latest = await newest.number()
        while seen < latest:
            found = await asyncio.to_thread(events.after, after, tenant, key, PAGE)
            for event in found:
                yield event_for_programs(event)
                after, sent = event.seq, time.monotonic()
            seen = after if len(found) == PAGE else latest
        if time.monotonic() - sent >= HEARTBEAT_SECONDS:
            yield None
            sent = time.monotonic()
        await asyncio.sleep(POLL_SECONDS)


async def stream(events: Events, newest: Newest, tenant: str, key: str | None, after: int) -> AsyncIterator[bytes]:
    """The events that follow ``after`` as server-sent events; a comment as a heartbeat."""
    yield b"retry: 1000\n\n"
    async for event in following(events, newest, tenant, key, after):
        if event is None:
            yield b": still here\n\n"
        else:
            data = event.model_dump_json(exclude_none=True)
            yield f"id: {event.seq}\nevent: {event.type}\ndata: {data}\n\n".encode()
