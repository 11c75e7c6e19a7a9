"""The API as a process that is killed again and again: requests that are sent again are one render, and every end of a
render is told.
"""

import json
import time
import urllib.error
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from standardwebhooks import Webhook

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline_tests.harness.api_client import TOKEN, Answer, Client
from pytoon_pipeline_tests.harness.api_server import ApiServer
from pytoon_pipeline_tests.harness.daemon_harness import wait_until
from pytoon_pipeline_tests.harness.free_port import free_port
from pytoon_pipeline_tests.harness.webhook_receiver import Receiver

RENDERS, LONG = 6, 120


@pytest.fixture
def server(home: Home) -> Iterator[ApiServer]:
    server = ApiServer(home, free_port(), TOKEN)
    server.start()
    server.wait()
    yield server
    server.kill()


def restart(server: ApiServer) -> None:
    server.kill()
    server.start()
    server.wait()


def persistently(server: ApiServer, number: int) -> Answer:
    """Queues a video, and asks again as long as nobody answers."""
    for _ in range(LONG * 10):
        try:
            return Client(server.url).call("POST", "/v1/renders", {"request": {"text": f"Number {number % RENDERS}"}})
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError("the server does not come back")


def test_nothing_is_lost_or_doubled_when_the_server_is_killed(home: Home, server: ApiServer) -> None:
    with Receiver().running() as receiver, ThreadPoolExecutor(4) as pool:
        secret = Client(server.url).call("POST", "/v1/webhooks", {"url": receiver.url}).json["secret"]
        answers = pool.map(lambda number: persistently(server, number), range(2 * RENDERS))
        restart(server)
        found = list(answers)
        assert {one.status for one in found} <= {200, 202}, "the first answer may be lost with its server"
        ids = [one.json["id"] for one in found]
        assert ids[:RENDERS] == ids[RENDERS:]
        assert len(set(ids)) == RENDERS
        listed = Client(server.url).call("GET", "/v1/renders").json["renders"]
        assert {one["id"]: one["status"] for one in listed} == dict.fromkeys(ids, "waiting")
        for number, key in enumerate(ids[:RENDERS]):
            Uploads(home).stop(key)
            if number in (1, 3):
                assert wait_until(lambda so_far=number: len(receiver.messages) >= so_far, LONG, 0.01)
                restart(server)
        assert wait_until(lambda: {_render(body) for _, body in receiver.messages} == set(ids), LONG, 0.05)
        verified = [Webhook(secret).verify(body, headers) for headers, body in receiver.messages]
    names = {headers["webhook-id"] for headers, _ in receiver.messages}
    assert len(names) == RENDERS, "a message that is sent again keeps its id"
    assert {one["type"] for one in verified} == {"render.stopped"}


def _render(body: bytes) -> str:
    return str(json.loads(body)["data"]["render"])
