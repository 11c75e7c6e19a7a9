"""Unauthenticated connections to the render server: clients with the token are served regardless."""

import os
import resource
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import pytest

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.engines.engine import RenderRequest
from pytoon_pipeline.engines.local import LocalEngine
from pytoon_pipeline.engines.server.connections import ensure_open_files
from pytoon_pipeline.settings import ServerSettings
from pytoon_pipeline.store.stages import StageResult
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness.render_server import HEADERS, KILLABLE, SEGMENTS, TOKEN, Server, quiet, remote

ALLOWED = 40
UNFINISHED = b"GET /v1/health HTTP/1.1\r\nHost: x\r\nAuthorization: Bear"
WRONG = b"GET /v1/health HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer wrong\r\n\r\n"


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """A server in a process of its own that answers few requests at the same time."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        number = free.getsockname()[1]
    limits = {"CONNECTIONS": "4", "UNAUTHENTICATED": str(ALLOWED), "HEADER_SECONDS": "3600", "FREE_BYTES": "0"}
    env = {**os.environ, "PYTOON_ENGINE_TOKEN": TOKEN, **{f"PYTOON_ENGINE_{k}": v for k, v in limits.items()}}
    with subprocess.Popen([sys.executable, "-c", KILLABLE, str(tmp_path / "served"), str(number)], env=env) as process:
        try:
            while process.poll() is None:
                with socket.socket() as line:
                    if line.connect_ex(("127.0.0.1", number)) == 0:
                        break
                time.sleep(0.05)
            yield number
        finally:
            process.kill()


def ended(line: socket.socket) -> bool:
    """Reads what has arrived. Returns whether the server has closed the connection."""
    line.setblocking(False)
    try:
        while line.recv(4096):
            pass
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def test_unauthenticated_connections_do_not_block_authenticated_ones(
    port: int, work: RenderRequest, store: Store
) -> None:
    with ExitStack() as stack:
        strangers = []
        for n in range(3 * ALLOWED):
            line = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            with suppress(OSError):
                line.sendall((b"", UNFINISHED, WRONG)[n % 3])
            strangers.append(line)
        made = remote(store, f"http://127.0.0.1:{port}").render_segments(work, quiet)
        assert len(made) == SEGMENTS
        # The last one is there, so the server has seen all before it.
        strangers[-1].settimeout(None)
        assert strangers[-1].recv(4096).startswith(b"HTTP/1.1 401")
        closed = [ended(line) for line in strangers]
        assert all(closed[: 2 * ALLOWED]), "the oldest have gone first"
        assert not any(closed[n] for n in range(2 * ALLOWED + 10, 3 * ALLOWED) if n % 3 != 2), "newer ones may stay"


def test_endless_headers_time_out_and_long_requests_do_not(
    work: RenderRequest, store: Store, serving: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    server, real, cut = (
        serving(header_seconds=1.0, heartbeat_seconds=0.05),
        LocalEngine.render_segments,
        threading.Event(),
    )

    def slow(engine: LocalEngine, asked: RenderRequest, progress: Callable[[int, int], None]) -> list[StageResult]:
        assert cut.wait(900)
        return real(engine, asked, progress)

    def trickle() -> None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", server.port)) as line:
            line.sendall(b"GET / HTTP/1.1\r\nX: ")
            for _ in range(1500):
                line.sendall(b"x")
                time.sleep(0.02)
            return
        cut.set()

    monkeypatch.setattr(LocalEngine, "render_segments", slow)
    stranger = threading.Thread(target=trickle)

    def progress(ready: int, total: int) -> None:
        if not stranger.ident:
            stranger.start()

    made = remote(store, server.url).render_segments(work, progress)
    stranger.join()
    assert len(made) == SEGMENTS
    assert cut.is_set()
    assert server.count("GET", "/v1/renders") == 1, "listening took longer than headers may, and went on"


def test_overload_is_answered_with_a_time_to_retry(serving: Callable[..., Server]) -> None:
    full = serving(connections=0, retry_seconds=7)
    answer = httpx.get(f"{full.url}/v1/health", headers=HEADERS, timeout=900)
    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (503, "remote_busy", "7")
    assert httpx.get(f"{full.url}/v1/health", timeout=900).status_code == 401, "strangers hear nothing of it"


def test_the_server_ensures_enough_open_files(monkeypatch: pytest.MonkeyPatch) -> None:
    changed: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "setrlimit", lambda which, limits: changed.append(limits))
    settings = ServerSettings(connections=100, unauthenticated=500)
    for limits, expected in (((1024, 4096), []), ((256, 4096), [(856, 4096)])):
        changed.clear()
        monkeypatch.setattr(resource, "getrlimit", lambda which, limits=limits: limits)
        ensure_open_files(settings)
        assert changed == expected
    monkeypatch.setattr(resource, "getrlimit", lambda which: (256, 512))
    with pytest.raises(InvalidInput, match="invalid_setting"):
        ensure_open_files(settings)
