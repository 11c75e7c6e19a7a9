"""Hostile URLs over the API: none is reached, whichever route they are given to, and nothing is kept."""

import socket
import threading
from collections.abc import Iterator

import pytest

from pytoon_pipeline.api.app import application
from pytoon_pipeline.api.service import ApiService
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline_tests.api.conftest import TOKEN, Client
from pytoon_pipeline_tests.harness.hostile_urls import HOSTS, NO_URLS
from pytoon_pipeline_tests.harness.serving import serving


@pytest.fixture
def trap() -> Iterator[tuple[int, list[object]]]:
    """A port of this machine, and the connections that reached it."""
    reached: list[object] = []
    with socket.create_server(("0.0.0.0", 0)) as server:

        def accept() -> None:
            while True:
                try:
                    connection, peer = server.accept()
                except OSError:
                    return
                reached.append(peer)
                connection.close()

        threading.Thread(target=accept, daemon=True).start()
        yield server.getsockname()[1], reached


@pytest.fixture
def web(home: Home) -> Iterator[Client]:
    """A server that uses the network as the product does."""
    service = ApiService.open(home)
    with serving(application(service, TOKEN)) as url:
        yield Client(url)
    service.accounts.close()


@pytest.mark.parametrize("route", ["/v1/uploads/from-url", "/v1/webhooks"])
def test_no_hostile_url_is_reached(web: Client, home: Home, trap: tuple[int, list[object]], route: str) -> None:
    port, reached = trap
    wrong = [one.replace("{trap}", f"127.0.0.1:{port}") for one in NO_URLS]
    for url in [*(f"http://{host}:{port}/" for host in HOSTS), *wrong]:
        answer = web.call("POST", route, {"url": url})
        assert (answer.status, answer.json["status"]) == (422, 422), url
        assert answer.json["code"] in ("address_refused", "host_unknown", "url_not_valid", "invalid_request"), url
    assert reached == []
    assert web.call("GET", "/v1/webhooks").json["webhooks"] == []
    assert web.call("GET", "/v1/quota").json["used"]["bytes_stored"] == 0
