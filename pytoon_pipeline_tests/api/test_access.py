"""Roles, routes and tenants: every route in one table, called with every role, by its own tenant and by another."""

import io
import json
import zipfile
from dataclasses import dataclass
from typing import get_args
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, APIWebSocketRoute
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from pytoon_pipeline.accounts.deliveries import DeliveryQueue
from pytoon_pipeline.accounts.keys import Keys
from pytoon_pipeline.accounts.webhooks import Webhooks
from pytoon_pipeline.api import event_stream
from pytoon_pipeline.api.access import api_token, check_scopes, scope_of
from pytoon_pipeline.api.app import application
from pytoon_pipeline.api.service import ApiService
from pytoon_pipeline.catalog.events import Events
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.access import ROLES, Role, Scope
from pytoon_pipeline.contracts.artifact import StoredFile
from pytoon_pipeline.contracts.errors import DependencyMissing, InvalidInput
from pytoon_pipeline.contracts.quality import QcReport
from pytoon_pipeline.contracts.status import DeliveryRecord
from pytoon_pipeline.contracts.webhooks import WebhookRequest
from pytoon_pipeline.delivery.outbox import MANIFEST
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.service.webhooks import body_of
from pytoon_pipeline_tests.api.conftest import TOKEN, Answer, Client

# The scope that each route needs. A new route belongs here.
TABLE: dict[tuple[str, str], Scope] = {
    ("POST", "/v1/uploads"): "uploads:write",
    ("POST", "/v1/uploads/from-url"): "uploads:write",
    ("DELETE", "/v1/uploads/{upload}"): "uploads:write",
    ("OPTIONS", "/v1/uploads/resumable"): "uploads:write",
    ("POST", "/v1/uploads/resumable"): "uploads:write",
    ("HEAD", "/v1/uploads/resumable/{transfer}"): "uploads:write",
    ("PATCH", "/v1/uploads/resumable/{transfer}"): "uploads:write",
    ("POST", "/v1/uploads/resumable/{transfer}"): "uploads:write",
    ("DELETE", "/v1/uploads/resumable/{transfer}"): "uploads:write",
    ("POST", "/v1/uploads/presigned"): "uploads:write",
    ("POST", "/v1/uploads/presigned/{transfer}"): "uploads:write",
    ("DELETE", "/v1/uploads/presigned/{transfer}"): "uploads:write",
    ("POST", "/v1/renders"): "renders:write",
    ("POST", "/v1/qc"): "renders:write",
    ("POST", "/v1/renders/check"): "renders:write",
    ("POST", "/render"): "renders:write",
    ("GET", "/render/{render}"): "renders:read",
    ("GET", "/v1/renders"): "renders:read",
    ("GET", "/v1/renders/{render}"): "renders:read",
    ("POST", "/v1/renders/{render}/retry"): "renders:write",
    ("POST", "/v1/renders/{render}/cancel"): "renders:write",
    ("POST", "/v1/renders/{render}/items/{item}/regenerate"): "renders:write",
    ("GET", "/v1/renders/{render}/files/{name}"): "renders:read",
    ("POST", "/v1/renders/{render}/files/{name}/link"): "renders:read",
    ("GET", "/v1/renders/{render}/qc"): "renders:read",
    ("GET", "/v1/renders/{render}/held/{name}"): "renders:release",
    ("POST", "/v1/renders/{render}/release"): "renders:release",
    ("GET", "/v1/renders/{render}/events"): "renders:read",
    ("GET", "/v1/events"): "renders:read",
    ("WEBSOCKET", "/v1/events"): "renders:read",
    ("POST", "/v1/webhooks"): "webhooks:manage",
    ("GET", "/v1/webhooks"): "webhooks:manage",
    ("DELETE", "/v1/webhooks/{webhook}"): "webhooks:manage",
    ("POST", "/v1/webhooks/{webhook}/secrets"): "webhooks:manage",
    ("GET", "/v1/webhooks/{webhook}/deliveries"): "webhooks:manage",
    ("POST", "/v1/webhooks/{webhook}/deliveries/{delivery}/replay"): "webhooks:manage",
    ("GET", "/v1/audit"): "audit:read",
    ("GET", "/v1/quota"): "renders:read",
    ("GET", "/v1/session"): "catalogue:read",
    ("DELETE", "/v1/session"): "catalogue:read",
    ("GET", "/v1/door/dagster"): "dagster:use",
    ("GET", "/v1/export"): "tenant:export",
    ("GET", "/v1/presets"): "catalogue:read",
    ("GET", "/v1/presets/{name}"): "catalogue:read",
    ("GET", "/v1/brands"): "catalogue:read",
    ("GET", "/v1/brands/{name}"): "catalogue:read",
    ("PUT", "/v1/brands/{name}"): "brands:write",
    ("DELETE", "/v1/brands/{name}"): "brands:write",
    ("GET", "/v1/platforms"): "catalogue:read",
    ("GET", "/v1/schemas/{name}"): "catalogue:read",
}
# Dagster shows all tenants, so this is for the first tenant alone.
DOOR = "/v1/door/dagster"
TUS = {
    "Tus-Resumable": "1.0.0", "Upload-Length": "9", "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH",
    "Content-Type": "application/offset+octet-stream",
}  # fmt: skip
SECRET = "Acme’s unannounced product"
NAME = "secret.mp4"
# {"alg": "none"}, and an admin as its subject.
UNSIGNED = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9."
# The parameters of routes that name what one tenant has.
PARTS = ("render", "upload", "webhook", "transfer")


@dataclass(frozen=True)
class Owned:
    """What the tenant acme has, by the parameters of the routes. ``unknown`` are such names that nobody has."""

    names: dict[str, str]
    unknown: dict[str, str]


@pytest.fixture
def acme(api: Client, service: ApiService, home: Home, photo: bytes) -> Owned:
    """A finished render of the tenant acme, and its upload."""
    key = secret_of(service, "admin", "acme")
    file = api.upload(photo, key)
    wanted = {"title": SECRET, "files": {"a.jpg": file}, "request": {"text": SECRET}}
    render = api.call("POST", "/v1/renders", wanted, key).json["id"]
    video = home.outbox / "acme" / NAME
    video.parent.mkdir(parents=True)
    video.write_bytes(SECRET.encode())
    report = QcReport(score=100, score_breakdown=SECRET, verdict="pass", findings=(), measured={}, seconds=1)
    manifest = video.with_name(MANIFEST)
    manifest.write_text(json.dumps({"qc": report.model_dump(mode="json")}))
    path, stored = str(video.relative_to(home.root)), StoredFile(sha256="0" * 64, bytes=1)
    files = {path: stored, str(manifest.relative_to(home.root)): stored}
    record = DeliveryRecord(at=1.0, engine="local", preset="p", presets="d", video=path, files=files)
    Uploads(home).deliver(render, record)
    hooks = Webhooks(service.accounts, "acme")
    hook = hooks.create(WebhookRequest(url=f"https://example.com/?{quote(SECRET)}"), 0).webhook.id
    DeliveryQueue(service.accounts).enqueue(Events(home).after, body_of)
    message = hooks.deliveries(hook)[0].id
    begun = api.call("POST", "/v1/uploads/resumable", b"", key, **TUS)
    transfer = begun.headers["location"].rpartition("/")[2]
    names = {
        "render": render, "upload": file, "name": NAME, "webhook": hook, "delivery": message, "transfer": transfer,
        "item": "IMG-1",
    }  # fmt: skip
    return Owned(names, {one: name if one == "name" else "f" * len(name) for one, name in names.items()})


def secret_of(service: ApiService, role: Role, tenant: str) -> str:
    return Keys(service.accounts).create(f"{role} of {tenant}", tenant, role)[1]


@pytest.fixture(autouse=True)
def _short_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "MAX_SECONDS", 0.2)


def text_of(answer: Answer) -> str:
    """The text of an answer; of a ZIP, that of all its files."""
    if answer.headers.get("content-type") != "application/zip":
        return answer.body.decode()
    with zipfile.ZipFile(io.BytesIO(answer.body)) as found:
        return b"".join(name.encode() + found.read(name) for name in found.namelist()).decode("utf-8", "replace")


def first_message(api: Client, path: str, secret: str) -> Answer:
    """What a WebSocket sends first, as the answer with the status that its error has."""
    headers = {"Authorization": f"Bearer {secret}"}
    with connect(api.url.replace("http", "ws", 1) + path, additional_headers=headers) as socket:
        socket.send('{"after": 0}')
        try:
            body = str(socket.recv(timeout=20))
            error = json.loads(body)
            if error["type"] != "error":
                return Answer(200, {}, body.encode())
            socket.recv(timeout=20)
        except ConnectionClosed as closed:
            code = closed.rcvd.code if closed.rcvd else 0
            body = json.dumps({"code": error["code"], "detail": error["message"]}) if code >= 4000 else ""
            return Answer(code - 4000 if code >= 4000 else 200, {}, body.encode())
    raise AssertionError("an error ends the connection")


def call(api: Client, method: str, path: str, names: dict[str, str], secret: str) -> Answer:
    body = b"{}" if method == "POST" and path in ("/render", "/v1/renders") else b"x" if method == "POST" else None
    if method == "WEBSOCKET":
        return first_message(api, path, secret)
    headers = TUS if "/resumable" in path else {}
    return api.call(method, path.format(**names), body, secret, **headers)


def test_every_route_is_in_the_table(service: ApiService) -> None:
    routes = application(service).routes
    http = [one for one in routes if isinstance(one, APIRoute) and one.include_in_schema]
    sockets = [one for one in routes if isinstance(one, APIWebSocketRoute)]
    stated = {(method, one.path): scope_of(one) for one in http for method in one.methods}
    assert stated | {("WEBSOCKET", one.path): scope_of(one) for one in sockets} == TABLE


def test_a_route_without_a_scope_stops_the_start() -> None:
    app = FastAPI()
    app.get("/v1/open")(lambda: 1)
    with pytest.raises(RuntimeError, match="/v1/open"):
        check_scopes(app)


@pytest.mark.parametrize("role", get_args(Role))
def test_a_role_may_do_what_its_scopes_allow_and_no_more(
    api: Client, service: ApiService, acme: Owned, role: Role
) -> None:
    secret = secret_of(service, role, "acme")
    for (method, path), scope in sorted(TABLE.items(), key=lambda one: one[0][0] != "GET"):
        answer = call(api, method, path, acme.names, secret)
        assert (answer.status == 403) == (scope not in ROLES[role] or path == DOOR), (method, path, answer.body)
        assert answer.status not in (401, 500), (method, path)
        if answer.status == 403 and scope not in ROLES[role] and method != "HEAD":
            assert (answer.json["code"], scope in answer.json["detail"]) == ("scope_missing", True)
            assert SECRET not in answer.body.decode()
        elif method == "GET" and "{render}" in path and "/held/" not in path:
            assert any(one in answer.body.decode() for one in (SECRET, acme.names["render"])), path


@pytest.mark.parametrize("role", get_args(Role))
def test_another_tenant_learns_nothing(api: Client, service: ApiService, acme: Owned, role: Role) -> None:
    other = secret_of(service, role, "other")
    for (method, path), scope in TABLE.items():
        answers = [call(api, method, path, names, other) for names in (acme.names, acme.unknown)]
        texts = [
            answer.body.decode().replace(names[part], part)
            for answer, names in zip(answers, (acme.names, acme.unknown), strict=True)
            for part in PARTS
            if f"{{{part}}}" in path
        ]
        assert len(set(texts)) <= 1, "what another tenant has is as unknown as what nobody has"
        if any(f"{{{part}}}" in path for part in PARTS):
            assert {one.status for one in answers} == ({404} if scope in ROLES[role] else {403})
        for one in answers:
            assert SECRET not in text_of(one), (method, path)
            assert quote(SECRET) not in text_of(one), (method, path)
            assert acme.names["render"] not in text_of(one) or "{render}" in path
    assert api.call("GET", f"/v1/renders/{acme.names['render']}").status == 404, "neither does the first tenant"


def test_tenants_have_renders_of_their_own_for_the_same_files(
    api: Client, service: ApiService, home: Home, photo: bytes
) -> None:
    wanted = {"title": "Summer", "request": {"text": "Hello"}}
    keys, names, file = set(), [], ""
    for tenant in ("acme", "other"):
        secret = secret_of(service, "editor", tenant)
        unknown = api.call("POST", "/v1/renders", {**wanted, "files": {"a.jpg": "0" * 64}}, secret)
        assert unknown.json["code"] == "unknown_file"
        if names:
            stolen = api.call("POST", "/v1/renders", {**wanted, "files": {"a.jpg": file}}, secret)
            assert stolen.status == 404, "the file of another tenant"
        file = api.upload(photo, secret)
        render = api.call("POST", "/v1/renders", {**wanted, "files": {"a.jpg": file}}, secret)
        assert render.status == 202, render.body
        keys.add(render.json["id"])
        names.append(render.json["name"])
        assert api.call("POST", f"/v1/renders/{render.json['id']}/cancel", None, secret).json["status"] == "stopped"
        listed = api.call("GET", "/v1/renders", token=secret).json["renders"]
        assert [one["id"] for one in listed] == [render.json["id"]]
    assert (len(keys), names) == (2, ["acme-Summer", "other-Summer"]), "no name tells of another tenant"
    assert {Uploads(home).get(key).tenant for key in keys} == {"acme", "other"}


@pytest.mark.parametrize("secret", [None, "", "wrong", TOKEN[:-1], "ptk_", "ptk_" + "A" * 43, "ptk_é", UNSIGNED])
def test_every_route_needs_a_key(api: Client, secret: str | None) -> None:
    http = [one for one in TABLE if one[0] != "WEBSOCKET"]
    for method, path in [*http, ("GET", "/v1/openapi.json"), ("GET", "/v1/docs"), ("GET", "/nowhere")]:
        answer = api.call(method, path, b"x" if method == "POST" else None, secret)
        assert answer.status == 401
        assert method == "HEAD" or answer.json["code"] == "token_missing"
        assert answer.headers["www-authenticate"] == "Bearer"


def test_an_expired_or_revoked_key_is_refused(api: Client, service: ApiService) -> None:
    keys = Keys(service.accounts)
    key, secret = keys.create("phone", "acme", "viewer")
    assert api.call("GET", "/v1/brands", token=secret).status == 200
    assert keys.get(key.id).used is not None
    keys.revoke(key.id)
    _, expired = keys.create("old", "acme", "viewer", expires=1.0)
    for one in (secret, expired):
        assert api.call("GET", "/v1/brands", token=one).status == 401


def test_scopes_limit_a_role(api: Client, service: ApiService) -> None:
    _, secret = Keys(service.accounts).create("list", "acme", "admin", ["renders:read"])
    assert api.call("GET", "/v1/renders", token=secret).status == 200
    assert api.call("GET", "/v1/brands", token=secret).status == 403


def test_an_upload_is_erased_for_its_tenant_alone(api: Client, service: ApiService) -> None:
    other, shared = api.upload(b"%PDF other"), api.upload(b"%PDF shared")
    acme = secret_of(service, "editor", "acme")
    assert api.upload(b"%PDF shared", acme) == shared
    assert api.call("DELETE", f"/v1/uploads/{shared}").status == 200
    assert service.store.find_file(shared) is not None, "another tenant has the same content"
    assert api.call("DELETE", f"/v1/uploads/{shared}").status == 404
    assert api.call("DELETE", f"/v1/uploads/{shared}", token=acme).status == 200
    assert service.store.find_file(shared) is None
    assert service.store.find_file(other) is not None


def test_renders_of_an_upload_are_erased_with_it(api: Client, home: Home, photo: bytes) -> None:
    file, music = api.upload(photo), api.upload(b"%PDF music")
    first = api.call("POST", "/v1/renders", {"files": {"a.jpg": file}, "request": {"text": "One"}}).json["id"]
    text = api.call("POST", "/v1/renders", {"request": {"text": "Two"}}).json["id"]
    erased = api.call("DELETE", f"/v1/uploads/{file}")
    assert (erased.status, erased.json["renders"]) == (200, 1)
    assert [api.call("GET", f"/v1/renders/{one}").status for one in (first, text)] == [404, 200]
    assert api.call("POST", "/v1/renders", {"files": {"a.jpg": file}}).json["code"] == "unknown_file"
    lines = api.call("GET", "/v1/audit").json["lines"]
    assert [(one["action"], one["actor"]) for one in lines[-2:]] == [
        ("render.erased", "PYTOON_API_TOKEN"), ("upload.erased", "PYTOON_API_TOKEN"),
    ]  # fmt: skip
    assert [one["object"] for one in lines if one["action"] == "upload.added"] == [None, music], "one is nobody's now"
    assert first not in str(lines)


def test_a_server_without_a_key_or_with_a_short_token_does_not_start(
    service: ApiService, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys, accounts = Keys(service.accounts), service.accounts
    monkeypatch.setenv("PYTOON_API_TOKEN", "")
    with pytest.raises(DependencyMissing, match="pytoon keys create"):
        api_token(accounts)
    monkeypatch.setenv("PYTOON_API_TOKEN", "short")
    with pytest.raises(InvalidInput, match="at least 16"):
        api_token(accounts)
    keys.create("first", "default", "admin")
    monkeypatch.setenv("PYTOON_API_TOKEN", "")
    assert api_token(accounts) is None


def test_no_answer_speaks_of_the_command_line(api: Client, home: Home, photo: bytes) -> None:
    file = api.upload(photo)
    key = api.call("POST", "/v1/renders", {"files": {"a.jpg": file}}).json["id"]
    answers = [
        api.call("POST", f"/v1/renders/{key}/cancel"), api.call("GET", f"/v1/renders/{key}"),
        api.call("GET", "/v1/renders/none"), api.call("GET", "/v1/presets/none"),
        api.call("POST", "/v1/renders", {"files": {"a.jpg": file}, "request": {"highlights": 3}}),
        api.call("POST", "/v1/renders", {"files": {"a.jpg": file}, "request": {"preset": "none"}}),
        api.call("POST", "/v1/renders", {"files": {"a.jpg": file}, "request": {"brand": "none"}}),
        api.call("POST", "/v1/renders", {"files": {"a.srt": file}}),
        api.call("POST", "/v1/renders", {"files": {"a.txt": file}}),
    ]  # fmt: skip
    for answer in answers:
        assert "pytoon " not in answer.body.decode(), answer.body
        assert " --" not in json.dumps(answer.json), answer.body
