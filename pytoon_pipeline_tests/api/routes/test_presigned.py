"""Uploads to the object store: a signed URL takes one file, which is checked before it is the tenant's."""

import hashlib
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from pytoon_pipeline.accounts.keys import Keys
from pytoon_pipeline.api.app import application
from pytoon_pipeline.api.service import ApiService
from pytoon_pipeline.contracts.quota import Quota
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.service import presigned_uploads
from pytoon_pipeline.service.quotas import quotas_of
from pytoon_pipeline_tests.api.conftest import TOKEN, Answer, Client
from pytoon_pipeline_tests.harness.object_store import Server, s3_server
from pytoon_pipeline_tests.harness.serving import serving

PATH = "/v1/uploads/presigned"


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with s3_server() as server:
        yield server


@pytest.fixture
def s3(running: Server, home: Home, monkeypatch: pytest.MonkeyPatch) -> Server:
    """A bucket in which nothing of other tests is."""
    for name, value in running.settings(home.root.parent.name).items():
        monkeypatch.setenv(name, value)
    return running


@pytest.fixture
def opened(s3: Server, home: Home) -> Iterator[ApiService]:
    service = ApiService.open(home)
    yield service
    service.accounts.close()


@pytest.fixture
def bucket_api(opened: ApiService) -> Iterator[Client]:
    with serving(application(opened, TOKEN)) as url:
        yield Client(url)


def announced(api: Client, content: bytes, token: str = TOKEN) -> Answer:
    wanted = {"id": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    return api.call("POST", PATH, wanted, token)


def put(where: Any, content: bytes) -> None:
    """Sends a file to the object store, as a client does, which has no key of the object store."""
    headers = {**where["headers"], "Content-Type": "application/octet-stream"}
    with urllib.request.urlopen(
        urllib.request.Request(where["url"], content, headers, method="PUT"), timeout=60
    ) as done:
        assert done.status == 200


def incoming(s3: Server) -> list[str]:
    return [name for name in s3.names() if "/incoming/" in name]


def test_a_file_goes_to_the_object_store_and_is_an_upload(
    bucket_api: Client, opened: ApiService, s3: Server, photo: bytes
) -> None:
    where = announced(bucket_api, photo)
    assert where.status == 201, where.body
    assert 0 < where.json["expires"] - time.time() <= presigned_uploads.URL_SECONDS
    early = bucket_api.call("POST", where.json["complete"])
    assert (early.status, early.json["code"]) == (409, "not_arrived")
    put(where.json, photo)
    for _ in range(2):
        done = bucket_api.call("POST", where.json["complete"])
        assert (done.status, done.json) == (201, {"id": hashlib.sha256(photo).hexdigest(), "bytes": len(photo)})
    assert incoming(s3) == []
    wanted = {"files": {"a.jpg": done.json["id"]}, "request": {"text": "Hello"}}
    assert bucket_api.call("POST", "/v1/renders", wanted).status == 202
    assert bucket_api.call("DELETE", where.json["complete"]).status == 204
    assert opened.store.find_file(done.json["id"]) is not None


def test_the_url_is_for_one_object_of_one_size_and_content(bucket_api: Client, photo: bytes) -> None:
    where = announced(bucket_api, photo).json
    query = parse_qs(urlsplit(where["url"]).query)
    signed = set(query["X-Amz-SignedHeaders"][0].split(";"))
    assert {"content-length", "host"} <= signed
    assert "x-amz-checksum-sha256" in signed | set(query), "the content is signed"
    assert query["X-Amz-Expires"] == [str(presigned_uploads.URL_SECONDS)]
    assert "secret" not in where["url"]


@pytest.mark.parametrize("content", [b"", b"x", b"y" * 1000])
def test_what_is_not_the_stated_file_is_refused_and_removed(
    bucket_api: Client, opened: ApiService, s3: Server, content: bytes
) -> None:
    where = announced(bucket_api, b"x" * 1000).json
    # An object store that does not check what was signed.
    name = urlsplit(where["url"]).path.split("/", 2)[2]
    s3.client().put_object(Bucket="videos", Key=name, Body=content)
    done = bucket_api.call("POST", where["complete"])
    assert (done.status, done.json["code"]) == (422, "wrong_content")
    assert incoming(s3) == []
    assert bucket_api.call("POST", where["complete"]).status == 404
    assert bucket_api.call("GET", "/v1/quota").json["used"]["bytes_stored"] == 0


def test_another_tenant_reaches_nothing(bucket_api: Client, opened: ApiService, s3: Server, photo: bytes) -> None:
    acme, other = (Keys(opened.accounts).create(one, one, "admin")[1] for one in ("acme", "other"))
    where = announced(bucket_api, photo, acme).json
    put(where, photo)
    for method in ("POST", "DELETE"):
        answers = [bucket_api.call(method, path, None, other) for path in (where["complete"], f"{PATH}/{'f' * 32}")]
        assert [one.status for one in answers] == [404, 404]
        assert answers[0].body == answers[1].body
    assert len(incoming(s3)) == 1
    assert bucket_api.call("POST", where["complete"], None, acme).status == 201
    file = hashlib.sha256(photo).hexdigest()
    stolen = bucket_api.call("POST", "/v1/renders", {"files": {"a.jpg": file}}, other)
    assert (stolen.status, stolen.json["code"]) == (404, "unknown_file")
    # Who states the SHA-256 of another's file has nothing before sending it.
    again = announced(bucket_api, photo, other).json
    assert bucket_api.call("POST", again["complete"], None, other).json["code"] == "not_arrived"


def test_an_upload_ends_by_request_and_by_time(
    bucket_api: Client, s3: Server, photo: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (announced(bucket_api, photo).json for _ in range(2))
    for one in (first, second):
        put(one, photo)
    assert bucket_api.call("DELETE", first["complete"]).status == 204
    assert len(incoming(s3)) == 1
    monkeypatch.setattr(presigned_uploads, "GRACE_SECONDS", -presigned_uploads.URL_SECONDS - 1)
    assert bucket_api.call("POST", second["complete"]).status == 404
    announced(bucket_api, b"another")
    assert incoming(s3) == [], "what expired is removed with the next one"


def test_there_is_a_limit_of_uploads_and_of_room(
    bucket_api: Client, opened: ApiService, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presigned_uploads, "MAX_PER_TENANT", 2)
    assert [announced(bucket_api, b"x").status for _ in range(3)] == [201, 201, 409]
    monkeypatch.undo()
    quotas_of(home, opened.accounts, "default").replace(Quota(bytes_stored=10))
    refused = announced(bucket_api, b"x" * 11)
    assert (refused.status, refused.json["code"]) == (403, "quota_bytes_stored")


@pytest.mark.parametrize(
    "wanted", [{}, {"id": "x", "bytes": 1}, {"id": "0" * 64, "bytes": 0}, {"id": "0" * 64, "bytes": (4 << 30) + 1}]
)
def test_a_wrong_announcement_is_refused(bucket_api: Client, wanted: dict[str, object]) -> None:
    assert bucket_api.call("POST", PATH, wanted).status == 422


def test_a_server_without_an_object_store_says_what_to_do(api: Client, photo: bytes) -> None:
    answer = announced(api, photo)
    assert (answer.status, answer.json["code"]) == (409, "store_not_s3")
    assert "POST /v1/uploads" in answer.json["hint"]
