"""Events over HTTP: all of them, each once, in order, over connections that break."""

import json
import random
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from pytoon_pipeline.api import event_stream
from pytoon_pipeline.api.service import ApiService
from pytoon_pipeline.catalog.events import Events
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.errors import TransientError
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline_tests.api.conftest import TOKEN, Client

KEY, OTHER = "a" * 32, "b" * 32


@pytest.fixture(autouse=True)
def _no_endless_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "MAX_SECONDS", 20.0)


def register(home: Home, key: str = KEY, tenant: str = "default") -> None:
    Uploads(home).register(SourceMedia(key=key, tenant=tenant, title=key, items=(), request={}))


def events(api: Client, path: str, last: int | None = None) -> Iterator[dict[str, Any]]:
    """The events of a stream, as a client reads them, until the stream is closed."""
    headers = {"Authorization": f"Bearer {TOKEN}"} | ({} if last is None else {"Last-Event-ID": str(last)})
    with closing(urllib.request.urlopen(urllib.request.Request(api.url + path, headers=headers), timeout=30)) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        number = ""
        for line in answer:
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name == "id":
                number = value
            elif name == "data":
                event = json.loads(value)
                assert str(event["seq"]) == number
                yield event
            elif name == "":
                yield {"type": "heartbeat"} if value else {"type": ""}


def only(found: Iterator[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    rows = []
    for one in found:
        if one["type"].startswith("render."):
            rows.append(one)
        if len(rows) == count:
            break
    return rows


def test_the_life_of_a_render_as_events(api: Client, home: Home) -> None:
    register(home)
    register(home, OTHER, "acme")
    uploads = Uploads(home)
    Events(home).add_progress(KEY, "metadata", 5)
    assert api.call("GET", f"/v1/renders/{KEY}").json["progress"]["percent"] == 5
    uploads.fail(KEY, TransientError("disk", "The disk is full.", "Then type: pytoon retry x"))
    uploads.retry(KEY)
    uploads.stop(KEY)
    found = only(events(api, f"/v1/renders/{KEY}/events"), 5)
    kinds = [one["type"].removeprefix("render.") for one in found]
    assert kinds == ["queued", "progress", "failed", "queued", "stopped"]
    assert found[2]["data"]["message"] == "The disk is full."
    assert "pytoon " not in json.dumps(found)
    assert {one["render"] for one in only(events(api, "/v1/events?after=0"), 5)} == {KEY}, "those of its tenant"


def test_nothing_is_lost_or_doubled_over_broken_connections(api: Client, home: Home) -> None:
    register(home)
    total, chance = 400, random.Random(19)

    def work() -> None:
        rows = Events(home)
        for n in range(1, total):
            rows.add_progress(KEY, f"s{n}", None)

    writer = threading.Thread(target=work)
    writer.start()
    seen: list[int] = []
    connections = 0
    while len(seen) < total:
        count = min(chance.randint(1, 30), total - len(seen)) if connections < 25 else total - len(seen)
        path = f"/v1/renders/{KEY}/events"
        seen += [one["seq"] for one in only(events(api, path, seen[-1] if seen else None), count)]
        connections += 1
    writer.join()
    assert connections > 20
    assert seen == [one.seq for one in Events(home).after(0, "default", KEY, 1000)]
    assert len(set(seen)) == total


def test_a_quiet_stream_has_heartbeats(api: Client, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "HEARTBEAT_SECONDS", 0.2)
    register(home)
    assert any(one["type"] == "heartbeat" for one in events(api, "/v1/events"))


def test_a_stream_ends_so_that_keys_are_checked_again(
    api: Client, service: ApiService, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_stream, "MAX_SECONDS", 0.3)
    register(home)
    assert [one["type"] for one in events(api, "/v1/events?after=0") if one["type"]] == ["render.queued"]


@pytest.mark.parametrize("last", ["x", "-1", "9" * 30])
def test_a_wrong_number_is_a_problem(api: Client, last: str) -> None:
    answer = api.call("GET", "/v1/events", **{"Last-Event-ID": last})
    assert (answer.status, answer.json["code"]) == (422, "wrong_parameters")
