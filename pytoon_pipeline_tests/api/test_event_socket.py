"""Events over a WebSocket: who may, which ones, each once over connections that break, and no queue for the slow."""

import json
import random
import socket as sockets
import threading
from collections.abc import Callable
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from pytoon_pipeline.accounts.keys import Keys
from pytoon_pipeline.accounts.sessions import Sessions
from pytoon_pipeline.accounts.users import Users
from pytoon_pipeline.api import event_socket, event_stream
from pytoon_pipeline.api.cookies import SESSION
from pytoon_pipeline.api.service import ApiService
from pytoon_pipeline.catalog.events import Events
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline_tests.api.conftest import TOKEN, Client

KEY, OTHER = "a" * 32, "b" * 32


def opened(api: Client, first: object = None, key: str | None = TOKEN, **headers: str) -> ClientConnection:
    """A connection that has sent its first message."""
    more = {"Authorization": f"Bearer {key}"} if key else {}
    path = api.url.replace("http", "ws", 1) + "/v1/events"
    connection = connect(path, additional_headers={**more, **headers}, compression=None, legacy=True)
    connection.send(first if isinstance(first, str) else json.dumps({"after": 0} if first is None else first))
    return connection


def register(home: Home, key: str = KEY, tenant: str = "default") -> None:
    Uploads(home).register(SourceMedia(key=key, tenant=tenant, title=key, items=(), request={}))


def message(connection: ClientConnection) -> Any:
    return json.loads(connection.recv(timeout=20))


def refusal(connection: ClientConnection) -> tuple[int, str]:
    """The code with which the server closes the connection, and that of the error which it sends before."""
    error = message(connection)
    assert error["type"] == "error"
    with pytest.raises(ConnectionClosed) as closed:
        connection.recv(timeout=20)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code, error["code"]


def test_nothing_is_lost_or_doubled_over_broken_connections(api: Client, home: Home) -> None:
    register(home)
    register(home, OTHER, "acme")
    total, chance = 400, random.Random(23)

    def work() -> None:
        rows = Events(home)
        for n in range(1, total):
            rows.add_progress(KEY, f"s{n}", None)

    writer = threading.Thread(target=work)
    writer.start()
    seen: list[int] = []
    connections = 0
    while len(seen) < total:
        count = min(chance.randint(1, 18), total - len(seen)) if connections < 21 else total - len(seen)
        connection = opened(api, {"after": seen[-1] if seen else 0})
        seen += [message(connection)["seq"] for _ in range(count)]
        connection.socket.shutdown(sockets.SHUT_RDWR)
        connections += 1
    writer.join()
    assert connections > 20
    assert seen == [one.seq for one in Events(home).after(0, "default", None, 1000)]


def test_the_first_message_says_which_events(api: Client, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "HEARTBEAT_SECONDS", 0.2)
    register(home)
    register(home, OTHER)
    with opened(api, {"after": 0, "render": OTHER}) as one, opened(api, {}) as coming:
        assert message(one)["render"] == OTHER
        # From here on it is subscribed.
        assert message(coming) == {"type": "heartbeat"}
        Events(home).add_progress(KEY, "metadata", 5)
        while (found := message(coming)) == {"type": "heartbeat"}:
            pass
    assert (found["render"], found["type"], found["data"]) == (
        KEY,
        "render.progress",
        {"stage": "metadata", "percent": 5},
    )


def test_a_key_comes_in_the_header_or_the_first_message(api: Client, home: Home, service: ApiService) -> None:
    register(home)
    register(home, OTHER, "acme")
    acme = Keys(service.accounts).create("page", "acme", "viewer")[1]
    with opened(api, {"key": acme, "after": 0}, None) as connection:
        assert message(connection)["render"] == OTHER
    for first in ({}, {"key": "wrong"}, {"key": ""}):
        assert refusal(opened(api, first, None)) == (4401, "token_missing")
    with pytest.raises(InvalidStatus) as refused:
        opened(api, key="wrong")
    assert refused.value.response.status_code == 403
    _, limited = Keys(service.accounts).create("presets", "acme", "admin", ["catalogue:read"])
    assert refusal(opened(api, {}, limited)) == (4403, "scope_missing")


def test_a_session_counts_only_on_pages_of_this_server(api: Client, home: Home, service: ApiService) -> None:
    register(home)
    user, _ = Users(service.accounts).add("anna", "default", "viewer")
    cookie = {"Cookie": f"{SESSION}={Sessions(service.accounts).begin(user, 60)}"}
    with opened(api, None, None, **cookie, Origin=api.url) as connection:
        assert message(connection)["render"] == KEY
    for origin in ({}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
        with pytest.raises(InvalidStatus):
            opened(api, None, None, **cookie, **origin)


@pytest.mark.parametrize(
    ("first", "code", "said"),
    [
        ("{", 4422, "invalid_request"), ("[]", 4422, "invalid_request"), ("[" * 9000, 4422, "invalid_request"),
        ({"after": -1}, 4422, "invalid_request"), ({"after": 2**63}, 4422, "invalid_request"),
        ({"sparkle": 1}, 4422, "invalid_request"), ({"render": OTHER}, 4404, "unknown_upload"),
    ],
)  # fmt: skip
def test_a_wrong_first_message_is_refused(api: Client, home: Home, first: object, code: int, said: str) -> None:
    register(home)
    register(home, OTHER, "acme")
    assert refusal(opened(api, first)) == (code, said)


def test_a_second_message_is_refused(api: Client) -> None:
    connection = opened(api, {})
    connection.send("{}")
    assert refusal(connection) == (4422, "invalid_request")


def test_who_says_nothing_is_sent_away(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_socket, "FIRST_SECONDS", 0.2)
    silent = connect(api.url.replace("http", "ws", 1) + "/v1/events", legacy=True)
    assert refusal(silent) == (4408, "too_slow")


def test_quiet_connections_have_heartbeats_and_end_at_last(
    api: Client, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_stream, "HEARTBEAT_SECONDS", 0.1)
    monkeypatch.setattr(event_stream, "MAX_SECONDS", 0.8)
    connection = opened(api, {})
    assert message(connection) == {"type": "heartbeat"}
    with pytest.raises(ConnectionClosed) as closed:
        list(iter(lambda: message(connection), None))
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1001


def test_a_client_that_takes_nothing_is_sent_away(api: Client, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    register(home)
    read: list[int] = []
    after: Callable[..., Any] = Events.after

    def endless(events: Events, seq: int, tenant: str, key: str | None = None, limit: int = 100) -> Any:
        """A page of large events that never ends."""
        (event, *_) = after(events, 0, tenant, key, 1)
        read.append(seq)
        data = event.data.model_copy(update={"message": "x" * 10_000})
        return [event.model_copy(update={"seq": seq + n + 1, "data": data}) for n in range(limit)]

    monkeypatch.setattr(Events, "after", endless)
    monkeypatch.setattr(Events, "newest", lambda events: 10**9)
    monkeypatch.setattr(event_socket, "SEND_SECONDS", 0.5)
    ended: list[bool] = []
    send_all = event_socket._send_all

    async def watched(*given: Any) -> None:
        try:
            await send_all(*given)
        finally:
            ended.append(True)

    monkeypatch.setattr(event_socket, "_send_all", watched)
    path = (api.url.replace("http://", "")).split(":")
    with sockets.create_connection((path[0], int(path[1]))) as raw:
        raw.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
        lines = (
            "GET /v1/events HTTP/1.1", "Host: x", f"Authorization: Bearer {TOKEN}", "Upgrade: websocket",
            "Connection: Upgrade", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "", "",
        )  # fmt: skip
        raw.sendall("\r\n".join(lines).encode())
        assert b" 101 " in raw.recv(4096)
        raw.sendall(b"\x81\x8b\x00\x00\x00\x00" + b'{"after":0}')
        before = -1
        while before != len(read):
            before = len(read)
            threading.Event().wait(1.5)
    assert 1 <= len(read) < 30, "what is not taken is not read"
