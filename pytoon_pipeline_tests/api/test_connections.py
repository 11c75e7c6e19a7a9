"""Slow and endless senders: each is answered and sent away, and other clients are served meanwhile."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit

import pytest

from pytoon_pipeline.api import bodies, connections
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline_tests.api.conftest import TOKEN, Client, kept

HEAD = f"Host: x\r\nAuthorization: Bearer {TOKEN}\r\n".encode()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.3)
    monkeypatch.setattr(bodies, "SILENCE_SECONDS", 0.3)


def dripping(byte: bytes) -> Iterator[bytes]:
    while True:
        time.sleep(0.02)
        yield byte


def said(api: Client, start: bytes, rest: Iterator[bytes]) -> tuple[int, str]:
    """The status and code of the answer to a sender, who sends ``rest`` until the server ends the connection."""
    with socket.create_connection(("127.0.0.1", urlsplit(api.url).port or 0)) as line:
        received = b""
        with suppress(OSError):
            line.sendall(start)
            for piece in rest:
                line.setblocking(True)
                line.sendall(piece)
                line.setblocking(False)
                with suppress(BlockingIOError):
                    if not (more := line.recv(65536)):
                        break
                    received += more
        with suppress(OSError):
            line.settimeout(10)
            while not received.endswith(b"}") and (more := line.recv(65536)):
                received += more
    head, _, body = received.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head
    problem = json.JSONDecoder().raw_decode(body.decode())[0]
    return int(head.split()[1]), problem["code"]


@pytest.mark.parametrize(
    ("start", "byte"),
    [(b"", b"\r\n"), (b"GET / HTTP/1.1\r\n", b"X"), (b"GET / HTTP/1.1\r\n" + HEAD + b"X: ", b"x"),
     (b"GET / HTTP/1.1\r\n" + HEAD, b"X-A: b\r\n")],
)  # fmt: skip
def test_a_head_that_comes_slowly_is_refused(api: Client, start: bytes, byte: bytes) -> None:
    assert said(api, start, dripping(byte)) == (408, "too_slow")
    assert api.call("GET", "/v1/brands").status == 200


def test_a_head_without_an_end_is_refused(api: Client) -> None:
    endless = (b"X-A: " + b"a" * 8000 + b"\r\n" for _ in range(10_000))
    assert said(api, b"GET / HTTP/1.1\r\n" + HEAD, endless) == (431, "head_too_large")


def test_what_is_not_http_is_refused(api: Client) -> None:
    assert said(api, b"\x16\x03\x01\x02\x00 hello\r\n\r\n", iter(())) == (400, "not_http")


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("POST /v1/uploads", "application/octet-stream"), ("POST /v1/renders", "application/json"),
        ("POST /v1/uploads/from-url", "application/json"), ("PUT /v1/brands/garden", "application/json"),
    ],
)  # fmt: skip
def test_a_body_that_comes_too_slowly_is_refused_and_not_kept(
    api: Client, home: Home, monkeypatch: pytest.MonkeyPatch, line: str, kind: str
) -> None:
    start = f"{line} HTTP/1.1\r\nContent-Type: {kind}\r\nContent-Length: 100000\r\n".encode() + HEAD + b"\r\n"
    assert said(api, start, iter(())) == (408, "too_slow")
    # A byte now and then is not enough either.
    assert said(api, start, dripping(b" ")) == (408, "too_slow")
    assert not kept(home)


@pytest.mark.parametrize("line", ["POST /v1/uploads", "POST /v1/renders"])
def test_a_body_of_5_gb_is_refused_before_it_comes(api: Client, home: Home, line: str) -> None:
    start = f"{line} HTTP/1.1\r\nContent-Length: 5000000000\r\n".encode() + HEAD + b"\r\n"
    assert said(api, start, iter(())) == (413, "body_too_large")
    assert not kept(home)


def test_who_goes_on_sending_after_the_answer_is_sent_away(api: Client) -> None:
    start = b"POST /v1/uploads HTTP/1.1\r\nContent-Length: 5000000000\r\n" + HEAD + b"\r\n"
    assert said(api, start, dripping(b"x"))[0] == 413
