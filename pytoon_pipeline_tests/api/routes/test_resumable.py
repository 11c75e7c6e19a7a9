"""Resumable uploads as uploaders use them: broken connections, wrong pieces, servers that die, a client of others."""

import base64
import hashlib
import os
import random
import socket
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tusclient.client import TusClient

from pytoon_pipeline.accounts.keys import Keys
from pytoon_pipeline.api import bodies
from pytoon_pipeline.api.service import ApiService
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.service import resumable_uploads
from pytoon_pipeline_tests.api.conftest import TOKEN, Answer, Client
from pytoon_pipeline_tests.harness.api_server import ApiServer
from pytoon_pipeline_tests.harness.daemon_harness import wait_until
from pytoon_pipeline_tests.harness.free_port import free_port

BASE = "/v1/uploads/resumable"
TUS = {"Tus-Resumable": "1.0.0"}
PIECE = {"Content-Type": "application/offset+octet-stream"}
CONTENT = random.Random(7).randbytes(300_000)


def begin(api: Client, size: int = len(CONTENT), token: str = TOKEN, **headers: str) -> str:
    answer = api.call("POST", BASE, b"", token, **TUS, **{"Upload-Length": str(size)}, **headers)
    assert answer.status == 201, answer.body
    return answer.headers["location"]


def offset(api: Client, path: str) -> int:
    return int(api.call("HEAD", path, **TUS).headers["upload-offset"])


def send(api: Client, path: str, piece: bytes, at: int, token: str = TOKEN, **headers: str) -> Answer:
    return api.call("PATCH", path, piece, token, **{**TUS, **PIECE, "Upload-Offset": str(at), **headers})


def send_half(url: str, path: str, piece: bytes, at: int, **headers: str) -> socket.socket:
    """Sends half of a piece, and leaves the connection open."""
    parts = urlsplit(url)
    connection = socket.create_connection((str(parts.hostname), parts.port or 80), timeout=30)
    lines = {
        "Host": parts.netloc, "Authorization": f"Bearer {TOKEN}", "Content-Length": str(len(piece)),
        "Upload-Offset": str(at), **TUS, **PIECE, **headers,
    }  # fmt: skip
    head = f"PATCH {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items()) + "\r\n"
    connection.sendall(head.encode() + piece[: len(piece) // 2])
    return connection


def checksum(piece: bytes, name: str = "sha256") -> dict[str, str]:
    return {"Upload-Checksum": f"{name} {base64.b64encode(hashlib.new(name, piece).digest()).decode()}"}


def folders(home: Home) -> list[Path]:
    return [one for one in (home.work / "resumable").glob("*") if one.is_dir()]


def test_a_file_in_pieces_is_an_upload_like_any_other(api: Client, home: Home) -> None:
    path = begin(api, **{"Upload-Metadata": "filename YS5qcGc=,private"})
    assert send(api, path, CONTENT[:1000], 0).headers["upload-offset"] == "1000"
    looked = api.call("HEAD", path, **TUS).headers
    assert (looked["upload-length"], looked["upload-metadata"]) == (str(len(CONTENT)), "filename YS5qcGc=,private")
    assert (looked["cache-control"], looked["tus-resumable"]) == ("no-store", "1.0.0")
    assert "pytoon-upload-id" not in looked
    done = send(api, path, CONTENT[1000:], 1000)
    assert (done.status, done.headers["upload-offset"]) == (204, str(len(CONTENT)))
    file = done.headers["pytoon-upload-id"]
    assert file == hashlib.sha256(CONTENT).hexdigest() == api.upload(CONTENT)
    assert api.call("HEAD", path, **TUS).headers["pytoon-upload-id"] == file
    assert send(api, path, b"x", 5).status == 409
    assert api.call("DELETE", f"/v1/uploads/{file}").status == 200


def test_interrupted_connections_go_on_where_they_broke(api: Client) -> None:
    chance, path, at, broken = random.Random(3), begin(api), 0, 0
    while at < len(CONTENT):
        piece = CONTENT[at : at + chance.randint(10_000, 60_000)]
        if chance.random() < 0.6:
            with send_half(api.url, path, piece, at):
                expected = at + len(piece) // 2
                assert wait_until(lambda expected=expected: offset(api, path) == expected, 10, 0.02)
            at, broken = expected, broken + 1
        else:
            at = int(send(api, path, piece, at).headers["upload-offset"])
    assert broken > 3
    assert api.call("HEAD", path, **TUS).headers["pytoon-upload-id"] == hashlib.sha256(CONTENT).hexdigest()


def test_a_server_that_is_killed_keeps_what_has_arrived(home: Home) -> None:
    server = ApiServer(home, free_port(), TOKEN)
    api = Client(server.url)
    server.start()
    try:
        server.wait()
        path = begin(api)
        with send_half(server.url, path, CONTENT, 0):
            half = len(CONTENT) // 2
            assert wait_until(lambda: offset(api, path) == half, 10, 0.02)
            server.kill()
        server.start()
        server.wait()
        assert offset(api, path) == half
        checked = send_half(server.url, path, CONTENT[half:], half, **checksum(CONTENT[half:]))
        content = next((home.work / "resumable").glob("*/content"))
        assert wait_until(lambda: content.stat().st_size > half, 10, 0.02)
        server.kill()
        checked.close()
        server.start()
        server.wait()
        assert offset(api, path) == half, "what could not be checked does not count"
        done = send(api, path, CONTENT[half:], half, **checksum(CONTENT[half:]))
        assert done.headers["pytoon-upload-id"] == hashlib.sha256(CONTENT).hexdigest()
    finally:
        server.kill()


def test_a_complete_file_that_was_not_kept_yet_is_kept_when_asked_for(api: Client, home: Home) -> None:
    path = begin(api)
    (folder,) = folders(home)
    (folder / "content").write_bytes(CONTENT)
    assert api.call("HEAD", path, **TUS).headers["pytoon-upload-id"] == hashlib.sha256(CONTENT).hexdigest()


def test_a_wrong_checksum_discards_the_piece_alone(api: Client) -> None:
    path = begin(api)
    assert send(api, path, CONTENT[:100], 0, **checksum(CONTENT[:100], "sha1")).status == 204
    wrong = send(api, path, CONTENT[100:200], 100, **checksum(b"other"))
    assert (wrong.status, wrong.json["code"], wrong.json["title"]) == (460, "wrong_checksum", "Checksum Mismatch")
    assert offset(api, path) == 100
    assert send(api, path, CONTENT[100:], 100, **checksum(CONTENT[100:], "md5")).headers["pytoon-upload-id"]


def test_the_newest_connection_wins(api: Client) -> None:
    path = begin(api)
    with send_half(api.url, path, CONTENT[:1000], 0) as stale:
        assert wait_until(lambda: offset(api, path) == 500, 10, 0.02)
        assert send(api, path, CONTENT[500:2000], 500).status == 204
        stale.sendall(CONTENT[:500])
        assert b"409" in stale.recv(100)
    assert send(api, path, CONTENT[2000:], 2000).headers["pytoon-upload-id"] == hashlib.sha256(CONTENT).hexdigest()


@pytest.mark.parametrize(
    ("method", "headers", "status", "code"),
    [
        ("PATCH", {"Upload-Offset": "7"}, 409, "wrong_offset"),
        ("PATCH", {"Upload-Offset": "-1"}, 400, "tus_header"),
        ("PATCH", {"Upload-Offset": "²"}, 400, "tus_header"),
        ("PATCH", {"Upload-Offset": "9" * 30}, 400, "tus_header"),
        ("PATCH", {"Content-Type": "application/json"}, 415, "not_a_piece"),
        ("PATCH", {"Tus-Resumable": "0.2.0"}, 412, "tus_version"),
        ("PATCH", {"Upload-Checksum": "crc9 AAAA"}, 400, "tus_header"),
        ("PATCH", {"Upload-Checksum": "sha1 not base64"}, 400, "tus_header"),
        ("POST", {"X-HTTP-Method-Override": "GET"}, 400, "tus_header"),
    ],
)
def test_a_wrong_piece_is_refused(api: Client, method: str, headers: dict[str, str], status: int, code: str) -> None:
    path = begin(api)
    more = {**TUS, **PIECE, "Upload-Offset": "0", **headers}
    answer = api.call(
        method, path, b"x", TOKEN, **{name: value.encode("utf-8").decode("latin-1") for name, value in more.items()}
    )
    assert (answer.status, answer.json["code"]) == (status, code)
    assert answer.headers["tus-resumable"] == "1.0.0"
    assert offset(api, path) == 0


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({}, 400, "tus_header"), ({"Upload-Length": "x"}, 400, "tus_header"),
        ({"Upload-Length": "0"}, 422, "empty_file"),
        ({"Upload-Length": str(bodies.MAX_FILE + 1)}, 413, "body_too_large"),
        ({"Upload-Length": "9", "Upload-Metadata": "a b c"}, 400, "tus_header"),
        ({"Upload-Length": "9", "Upload-Metadata": "a YQ==,a YQ=="}, 400, "tus_header"),
        ({"Upload-Length": "9", "Upload-Metadata": "a " + "A" * 5000}, 400, "tus_header"),
    ],
)  # fmt: skip
def test_what_cannot_be_begun_leaves_nothing(
    api: Client, home: Home, headers: dict[str, str], status: int, code: str
) -> None:
    answer = api.call("POST", BASE, b"", TOKEN, **TUS, **headers)
    assert (answer.status, answer.json["code"]) == (status, code)
    assert not folders(home)


def test_a_file_that_is_longer_than_stated_is_not_kept(api: Client, home: Home) -> None:
    path = begin(api, 10)
    assert send(api, path, b"x" * 11, 0).status == 413
    assert not folders(home)


def test_an_upload_is_known_to_its_tenant_alone(api: Client, service: ApiService) -> None:
    path, other = begin(api), Keys(service.accounts).create("other", "other", "admin")[1]
    answers = [send(api, one, b"x", 0, other) for one in (path, f"{BASE}/{'f' * 32}", f"{BASE}/..")]
    answers += [api.call(method, path, None, other, **TUS) for method in ("HEAD", "DELETE")]
    assert {one.status for one in answers} == {404}
    assert len({one.body for one in answers[:3]}) == 1
    assert offset(api, path) == 0


def test_dead_uploads_are_removed(api: Client, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    path = begin(api)
    send(api, path, b"x", 0)
    assert api.call("DELETE", path, **TUS).status == 204
    assert api.call("HEAD", path, **TUS).status == 404
    begin(api)
    (old,) = folders(home)
    for one in (*old.iterdir(), old):
        os.utime(one, (0, time.time() - resumable_uploads.KEPT_SECONDS - 1))
    monkeypatch.setattr(resumable_uploads, "MAX_PER_TENANT", 1)
    begin(api)
    assert old not in folders(home)
    refused = api.call("POST", BASE, b"", TOKEN, **TUS, **{"Upload-Length": "9"})
    assert (refused.status, refused.json["code"]) == (409, "too_many_uploads")


def test_an_upload_that_the_disk_cannot_hold_is_refused(
    api: Client, home: Home, service: ApiService, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = begin(api)
    monkeypatch.setattr(service.store, "_min_free_bytes", 1 << 60)
    for answer in (send(api, path, b"x", 0), api.call("POST", BASE, b"", TOKEN, **TUS, **{"Upload-Length": "9"})):
        assert answer.status == 507
    assert len(folders(home)) == 1


def test_the_abilities_of_the_server(api: Client) -> None:
    answer = api.call("OPTIONS", BASE)
    assert (answer.status, answer.headers["tus-version"]) == (204, "1.0.0")
    assert answer.headers["tus-extension"] == "creation,expiration,termination,checksum"
    assert int(answer.headers["tus-max-size"]) == bodies.MAX_FILE


def test_a_client_that_can_only_post(api: Client) -> None:
    path = begin(api, 2)
    override = {**TUS, **PIECE, "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}
    assert api.call("POST", path, b"xy", TOKEN, **override).headers["pytoon-upload-id"]
    assert api.call("POST", path, b"", TOKEN, **TUS, **{"X-HTTP-Method-Override": "DELETE"}).status == 204
    assert api.call("HEAD", path, **TUS).status == 404


def test_tuspy_uploads_and_resumes(api: Client, tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_bytes(CONTENT)
    client = TusClient(api.url + BASE, headers={"Authorization": f"Bearer {TOKEN}"})
    options = {"chunk_size": 100_000, "metadata": {"filename": "clip.mp4"}, "upload_checksum": True}
    first = client.uploader(str(tmp_path / "clip.mp4"), **options)
    first.upload_chunk()
    second = client.uploader(str(tmp_path / "clip.mp4"), url=first.url, **options)
    assert second.offset == 100_000
    second.upload()
    path = urlsplit(str(first.url)).path
    assert api.call("HEAD", path, **TUS).headers["pytoon-upload-id"] == hashlib.sha256(CONTENT).hexdigest()
