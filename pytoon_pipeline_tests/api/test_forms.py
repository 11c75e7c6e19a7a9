"""Videos as forms: files come with the request, on the disk piece by piece; what is refused leaves nothing."""

import tracemalloc

import pytest

from pytoon_pipeline.accounts.keys import Keys
from pytoon_pipeline.api import bodies
from pytoon_pipeline.api.service import ApiService
from pytoon_pipeline.contracts.quota import Quota
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.service.quotas import quotas_of
from pytoon_pipeline_tests.api.conftest import TOKEN, Answer, Client, kept

BOUNDARY = "a-boundary"
REQUEST = b'{"title": "Summer", "request": {"text": "Hello"}}'


def form(*parts: tuple[str, bytes], end: bytes = b"--") -> bytes:
    named = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="x"\r\n\r\n'.encode()
        + content
        + b"\r\n"
        for name, content in parts
    )
    return b"".join(named) + f"--{BOUNDARY}".encode() + end + b"\r\n"


def post(api: Client, body: bytes, token: str = TOKEN, **headers: str) -> Answer:
    kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    return api.call("POST", "/v1/renders", body, token, **{**kind, **headers})


def test_a_form_is_the_same_render_as_its_request_as_json(api: Client, photo: bytes) -> None:
    body = form(("beach.jpg", photo), ("render", REQUEST))
    first = post(api, body, **{"Idempotency-Key": "one"})
    assert first.status == 202, first.body
    assert first.headers["location"] == f"/v1/renders/{first.json['id']}"
    again = post(api, body, **{"Idempotency-Key": "one"})
    assert (again.status, again.json["id"]) == (200, first.json["id"])
    # The file is an upload now, and the same request as JSON is known, also under the same Idempotency-Key.
    wanted = {"title": "Summer", "files": {"beach.jpg": api.upload(photo)}, "request": {"text": "Hello"}}
    for more in ({}, {"Idempotency-Key": "one"}):
        answer = api.call("POST", "/v1/renders", wanted, **more)
        assert (answer.status, answer.json) == (200, again.json)
    other = post(api, form(("beach.jpg", photo)), **{"Idempotency-Key": "one"})
    assert (other.status, other.json["code"]) == (422, "idempotency_key_reused")
    lines = api.call("GET", "/v1/audit").json["lines"]
    assert [one["action"] for one in lines] == ["upload.added", "render.queued"]


def test_a_form_may_name_uploads_too_and_needs_no_request(api: Client, service: ApiService, photo: bytes) -> None:
    music = api.upload(b"RIFF music")
    wrong = post(api, form(("a.jpg", photo), ("render", b'{"files": {"b.jpg": "%s"}}' % music.encode())))
    assert wrong.status == 422, "no photo"
    answer = post(api, form(("a.jpg", photo)))
    assert (answer.status, answer.json["title"]) == (202, "a")
    stolen = Keys(service.accounts).create("other", "other", "editor")[1]
    answer = post(api, form(("b.jpg", photo), ("render", b'{"files": {"a.jpg": "%s"}}' % music.encode())), stolen)
    assert (answer.status, answer.json["code"]) == (404, "unknown_file"), "the upload of another tenant"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 422, "invalid_form"), (b"no form", 422, "invalid_form"), (form(end=b""), 422, "invalid_form"),
        (form(("a.jpg", b"x"), end=b""), 422, "invalid_form"),
        (form(("a.jpg", b"x"), ("a.jpg", b"y")), 422, "invalid_form"),
        (form(("render", REQUEST), ("render", REQUEST)), 422, "invalid_form"),
        (form(("a.jpg", b"x"), ("render", b'{"files": {"a.jpg": "%s"}}' % (b"0" * 64))), 422, "invalid_form"),
        (form(*((f"{n}.jpg", b"x") for n in range(101))), 422, "invalid_form"),
        (form(("render", b"{")), 422, "invalid_request"), (form(("render", b" " * 3_000_000)), 413, "body_too_large"),
        (form(("a.jpg", b"x"), ("render", b'{"requests": 1}')), 422, "invalid_request"),
        (form(("../a.jpg", b"x")), 422, "file_name"), (form(("..", b"x")), 422, "file_name"),
        (form(("/etc/passwd", b"x")), 422, "file_name"), (form(("request.json", b"{}")), 422, "file_name"),
        (form(("a\0.jpg", b"x")), 422, "file_name"), (form(("", b"x")), 422, "file_name"),
        (form(("a\u202egpj.exe", b"x")), 422, "file_name"), (form(("\ufeffa.jpg", b"x")), 422, "file_name"),
        (form(("a" * 121, b"x")), 422, "file_name"), (form(("a.jpg", b"")), 422, "empty_file"),
        (form(("a.jpg", b"%PDF-1.7 " * 50)), 422, None), (form(("a.jpg", b"PK\3\4" + b"\0" * 500)), 422, None),
        (b"\r\n".join([b"--" + BOUNDARY.encode(), b"X: " + b"y" * 9000, b"", b""]), 422, "invalid_form"),
    ],
)  # fmt: skip
def test_a_wrong_form_is_refused_and_nothing_of_it_is_kept(
    api: Client, home: Home, body: bytes, status: int, code: str | None
) -> None:
    answer = post(api, body)
    assert (answer.status, code or answer.json["code"]) == (status, answer.json["code"]), answer.body
    assert str(home.root) not in answer.body.decode()
    assert api.call("GET", "/v1/renders").json["renders"] == []
    assert not [one for one in kept(home) if one.is_relative_to(home.work) and one.is_file()]
    assert api.call("GET", "/v1/quota").json["used"]["bytes_stored"] == 0


def test_a_form_that_is_too_large_is_refused_and_not_kept(
    api: Client, home: Home, photo: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "MAX_FILE", 1000)
    answer = post(api, form(("a.jpg", photo)))
    assert (answer.status, answer.json["code"]) == (413, "body_too_large")
    assert not kept(home)


def test_a_form_beyond_the_quota_keeps_nothing(api: Client, service: ApiService, home: Home, photo: bytes) -> None:
    for limit, code in (
        ({"bytes_stored": 10}, "quota_bytes_stored"),
        ({"renders_per_day": 0}, "quota_renders_per_day"),
    ):
        quotas_of(home, service.accounts, "default").replace(Quota(**limit))
        assert post(api, form(("a.jpg", photo))).json["code"] == code
        assert api.call("GET", "/v1/quota").json["used"]["bytes_stored"] == 0
        assert api.call("GET", "/v1/renders").json["renders"] == []


def test_files_of_a_form_are_never_in_memory(api: Client, home: Home) -> None:
    size = 64 << 20
    tracemalloc.start()
    try:
        body = form(("a.jpg", bytes(size)))
        post(api, form(("a.jpg", b"x")))
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        assert post(api, body).status == 422
        assert tracemalloc.get_traced_memory()[1] - before < size / 2
    finally:
        tracemalloc.stop()
