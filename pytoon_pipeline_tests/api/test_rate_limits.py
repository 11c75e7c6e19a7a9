"""Limits of the API: how often, how much, and from where."""

import gzip
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from pytoon_pipeline.api import bodies
from pytoon_pipeline.api.app import application
from pytoon_pipeline.api.service import ApiService
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.public_network import PublicNetwork, is_public, resolve
from pytoon_pipeline_tests.api.conftest import TOKEN, Client
from pytoon_pipeline_tests.harness.serving import serving


@pytest.fixture
def site(photo: bytes) -> Iterator[str]:
    """A web site with a photo, and with what it should not have."""

    async def answer(request: Request) -> Response:
        match request.url.path:
            case "/photo.jpg":
                return Response(photo, media_type="image/jpeg")
            case "/moved":
                return RedirectResponse("/photo.jpg")
            case "/inside":
                return RedirectResponse("http://10.0.0.1/secret")
            case "/file":
                return RedirectResponse("file:///etc/passwd")
            case "/packed":
                return Response(gzip.compress(bytes(10_000)), headers={"content-encoding": "gzip"})
            case "/empty":
                return Response()
            case "/loop":
                return RedirectResponse("/loop")
        return Response(status_code=404)

    with serving(Starlette(routes=[Route("/{path:path}", answer)])) as url:
        yield url


@pytest.fixture
def web(home: Home) -> Iterator[Client]:
    """A server for which the addresses of this machine are public ones; private networks are not."""
    network = PublicNetwork(lambda address: address.is_loopback or is_public(address), resolve)
    with serving(application(ApiService.open(home, network), TOKEN)) as url:
        yield Client(url)


def test_a_file_is_uploaded_by_its_url(web: Client, site: str, photo: bytes) -> None:
    found = [web.call("POST", "/v1/uploads/from-url", {"url": f"{site}/{name}"}) for name in ("photo.jpg", "moved")]
    assert [(one.status, one.json["id"]) for one in found] == [(201, web.upload(photo))] * 2


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/inside", 422, "address_refused"), ("/file", 422, "url_not_valid"), ("/packed", 422, "url_packed"),
        ("/empty", 422, "empty_file"), ("/loop", 422, "too_many_redirects"), ("/nothing", 422, "url_not_there"),
    ],
)  # fmt: skip
def test_what_a_url_may_not_answer(web: Client, site: str, path: str, status: int, code: str) -> None:
    answer = web.call("POST", "/v1/uploads/from-url", {"url": site + path})
    assert (answer.status, answer.json["code"]) == (status, code)


def test_a_url_of_a_file_that_is_too_large_is_refused(
    web: Client, site: str, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "MAX_FILE", 1000)
    answer = web.call("POST", "/v1/uploads/from-url", {"url": f"{site}/photo.jpg"})
    assert (answer.status, answer.json["code"]) == (413, "body_too_large")
    assert [path.name for path in home.work.rglob("*") if path.is_file()] in ([], ["mutex"]), "nothing is kept"


def test_a_request_under_its_idempotency_key_is_done_once(api: Client, home: Home, photo: bytes) -> None:
    wanted = {"files": {"a.jpg": api.upload(photo)}, "request": {"text": "One"}}
    headers = {"Idempotency-Key": "order-1"}
    refused = api.call("POST", "/v1/renders", {"files": {"a.jpg": "0" * 64}}, **headers)
    assert refused.status == 404, "a refused request does not use the key up"
    first = api.call("POST", "/v1/renders", wanted, **headers)
    Uploads(home).stop(first.json["id"])
    again = api.call("POST", "/v1/renders", wanted, **headers)
    assert (first.status, again.status, again.json["id"]) == (202, 200, first.json["id"])
    assert again.json["status"] == "stopped", "sent again, it queues nothing"
    other = api.call("POST", "/v1/renders", {**wanted, "request": {"text": "Two"}}, **headers)
    assert (other.status, other.json["code"]) == (422, "idempotency_key_reused")


def test_a_key_that_calls_too_often_waits(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTOON_API_RATE", "3")
    with serving(application(ApiService.open(home), TOKEN)) as url:
        answers = [Client(url).call("GET", "/v1/brands") for _ in range(4)]
        assert [one.status for one in answers] == [200, 200, 200, 429]
        assert answers[0].headers["ratelimit-policy"] == '"default";q=3;w=60'
        assert answers[0].headers["ratelimit"].startswith('"default";r=2;t=')
        assert answers[3].json["code"] == "too_many_requests"
        assert 1 <= int(answers[3].headers["retry-after"]) <= 60
        assert Client(url).call("GET", "/v1/platforms").status == 200, "each route has its own limit"


def test_a_body_that_says_it_is_too_large_is_refused_before_it_arrives(api: Client) -> None:
    import http.client

    connection = http.client.HTTPConnection(api.url.removeprefix("http://"), timeout=10)
    connection.putrequest("POST", "/v1/uploads")
    connection.putheader("Authorization", f"Bearer {TOKEN}")
    connection.putheader("Content-Length", str(5 << 30))
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()


def test_a_sender_that_stops_is_refused(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    import http.client

    monkeypatch.setattr(bodies, "SILENCE_SECONDS", 0.2)
    connection = http.client.HTTPConnection(api.url.removeprefix("http://"), timeout=10)
    connection.putrequest("POST", "/v1/uploads")
    connection.putheader("Authorization", f"Bearer {TOKEN}")
    connection.putheader("Content-Length", "1000")
    connection.endheaders(b"only this")
    assert connection.getresponse().status == 408
    connection.close()
