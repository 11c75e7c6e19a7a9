"""What a client does when a server is busy, away, or not Pytoon."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pytoon_pipeline.client import Client, ServerError, client, connection
from pytoon_pipeline.client.event_source import events_in
from pytoon_pipeline.contracts.errors import TransientError
from pytoon_pipeline.contracts.events import RenderEvent
from pytoon_pipeline_tests.harness.free_port import free_port

RENDERS = b'{"renders": [], "next": null}'
Answer = Callable[[BaseHTTPRequestHandler], None]


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (client, connection):
        monkeypatch.setattr(module, "PAUSE_SECONDS", 0.01)


@contextmanager
def answering(*answers: Answer) -> Iterator[str]:
    """A server on loopback that gives these answers, one after the other."""
    left = list(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            left.pop(0)(self)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,)).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
        assert not left, "each answer was asked for"
    finally:
        server.shutdown()
        server.server_close()


def answer(status: int, body: bytes = b"", **headers: str) -> Answer:
    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return send


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True


def test_a_busy_server_and_a_lost_answer_are_asked_again() -> None:
    with answering(answer(503, Retry_After="0"), hang_up, answer(200, RENDERS)) as url, Client(url, "key") as program:
        assert list(program.renders()) == []


def test_a_server_that_stays_busy_is_reported() -> None:
    with answering(*[answer(503)] * connection.ATTEMPTS) as url, Client(url, "key") as program:
        with pytest.raises(ServerError, match="The server answered 503") as refused:
            list(program.renders())
        assert (refused.value.code, refused.value.status) == ("unexpected_answer", 503)


def test_a_server_that_is_away_is_reported() -> None:
    with Client(f"http://127.0.0.1:{free_port()}", "key") as program, pytest.raises(TransientError, match="not answer"):
        program.get("one")


def test_events_go_on_after_a_broken_connection() -> None:
    asked: list[str | None] = []

    def events(*numbers: int) -> Answer:
        def send(handler: BaseHTTPRequestHandler) -> None:
            asked.append(handler.headers.get("Last-Event-ID"))
            handler.send_response(200)
            # More than is sent: the connection breaks.
            handler.send_header("Content-Length", "100000")
            handler.end_headers()
            for number in numbers:
                event = RenderEvent(seq=number, type="render.progress", at=1.0, render="one")
                handler.wfile.write(f": still here\n\nid: {number}\ndata: {event.model_dump_json()}\n\n".encode())
            handler.wfile.write(b"id: 9\ndata: {")
            handler.close_connection = True

        return send

    with answering(events(3, 4), hang_up, events(7)) as url, Client(url, "key") as program:
        found = program.follow("one", 2)
        assert [next(found).seq for _ in range(3)] == [3, 4, 7]
        found.close()
    assert asked == ["2", "4"]


def test_an_event_of_several_lines_is_one() -> None:
    lines = ['data: {"seq": 1, "type": "render.queued",', 'data:"at": 2.0, "render": "one"}', "", "data: {"]
    assert [event.seq for event in events_in(lines)] == [1]
