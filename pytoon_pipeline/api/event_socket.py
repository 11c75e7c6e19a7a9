"""Events over a WebSocket, for pages: the first message says which, then each event is a message of its own.

Nothing is queued for a slow client: events are read from the database as it takes them.
"""

import asyncio
import json
from collections.abc import Coroutine
from contextlib import suppress

from fastapi import WebSocket, WebSocketDisconnect
from starlette.concurrency import run_in_threadpool

from pytoon_pipeline.api.access import CheckCaller, refused
from pytoon_pipeline.api.event_stream import Newest, following
from pytoon_pipeline.api.problems import status_of
from pytoon_pipeline.api.service import ApiService
from pytoon_pipeline.catalog.events import Events
from pytoon_pipeline.config.validation import validate
from pytoon_pipeline.contracts.access import Caller
from pytoon_pipeline.contracts.errors import InvalidInput, PytoonError, TransientError
from pytoon_pipeline.contracts.events import EventSubscription
from pytoon_pipeline.service.program_hints import program_hint

# Within which the first message comes, and within which a client takes a message.
FIRST_SECONDS, SEND_SECONDS = 10.0, 30.0
# Codes of WebSockets: come back with your last number; for errors, this and the status of HTTP.
COME_BACK, ERROR = 1001, 4000


async def follow(socket: WebSocket, check: CheckCaller, service: ApiService, events: Events, newest: Newest) -> None:
    """Sends events until the client leaves, is too slow, or has been here for as long as a stream lasts."""
    await socket.accept()
    with suppress(WebSocketDisconnect):
        try:
            wanted = await _subscription(socket)
            caller = await _caller(socket, wanted)
            check(caller)
            key = await run_in_threadpool(service.of(caller).key, wanted.render) if wanted.render else None
            after = await run_in_threadpool(events.newest) if wanted.after is None else wanted.after
            await _until_the_client_speaks(socket, _send_all(socket, caller, events, newest, key, after))
            await socket.close(COME_BACK, "Come back with the seq of your last event as “after”.")
        except PytoonError as error:
            await _send(socket, _problem(error))
            await socket.close(ERROR + status_of(error), error.code)


async def _subscription(socket: WebSocket) -> EventSubscription:
    try:
        text = await asyncio.wait_for(socket.receive_text(), FIRST_SECONDS)
        document = json.loads(text)
    except asyncio.TimeoutError:
        raise TransientError("too_slow", "The first message did not come.", "Send, for example: {}") from None
    except (KeyError, ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise InvalidInput("invalid_request", "The message is not a JSON object.", 'Send, for example: {"after": 0}')
    return validate(EventSubscription, document, "", "invalid_request")


async def _caller(socket: WebSocket, wanted: EventSubscription) -> Caller:
    caller: Caller | None = socket.state.caller
    if caller is None and wanted.key:
        caller = await run_in_threadpool(socket.state.find_caller, wanted.key)
    if caller is None:
        raise refused()
    return caller


async def _send_all(
    socket: WebSocket, caller: Caller, events: Events, newest: Newest, key: str | None, after: int
) -> None:
    async for event in following(events, newest, caller.tenant, key, after):
        await _send(socket, event.model_dump_json(exclude_none=True) if event else '{"type":"heartbeat"}')


async def _until_the_client_speaks(socket: WebSocket, sending: Coroutine[None, None, None]) -> None:
    """Ends ``sending`` when the client leaves. Raises ``InvalidInput`` when it sends a second message."""
    work, speaking = asyncio.create_task(sending), asyncio.create_task(socket.receive())
    try:
        await asyncio.wait((work, speaking), return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (work, speaking):
            task.cancel()
        results = await asyncio.gather(work, speaking, return_exceptions=True)
    if isinstance(results[0], PytoonError | WebSocketDisconnect):
        raise results[0]
    if isinstance(results[1], dict):
        if results[1]["type"] == "websocket.disconnect":
            raise WebSocketDisconnect
        message = "There is one subscription on a connection."
        raise InvalidInput("invalid_request", message, "Open another connection for another one.")


async def _send(socket: WebSocket, text: str) -> None:
    """Sends a message. Raises ``WebSocketDisconnect`` for a client that does not take it."""
    try:
        await asyncio.wait_for(socket.send_text(text), SEND_SECONDS)
    except asyncio.TimeoutError:
        raise WebSocketDisconnect from None


def _problem(error: PytoonError) -> str:
    hint = program_hint(error.code, error.hint)
    return json.dumps({"type": "error", "code": error.code, "message": error.message, "hint": hint})
