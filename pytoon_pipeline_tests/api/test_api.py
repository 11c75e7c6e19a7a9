"""The API as programs use it: a video through HTTP, the same request twice, errors as problem details."""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dagster as dg
import pytest

from pytoon_pipeline.api import bodies
from pytoon_pipeline.catalog.events import Events
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.artifact import StoredFile
from pytoon_pipeline.contracts.degradation import Degradation, Reason
from pytoon_pipeline.contracts.status import DeliveryRecord
from pytoon_pipeline.definitions import defs
from pytoon_pipeline.defs.jobs import COMPILE
from pytoon_pipeline.defs.running import compile_upload
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.fingerprint import hash_files
from pytoon_pipeline_tests.api.conftest import TOKEN, Client
from pytoon_pipeline_tests.harness.fake_runner import FakeRunner

GUIDE = Path(__file__).parents[2] / "docs" / "api.md"


def guide(api: Client, folder: Path) -> None:
    """Runs every command of the guide, as a person types them."""
    for language, program in (("bash", ["bash", "-eu"]), ("python", [sys.executable])):
        blocks = re.findall(rf"```{language}\n(.*?)```", GUIDE.read_text(), re.DOTALL)
        script = folder / f"guide.{language}"
        script.write_text("".join(blocks))
        done = subprocess.run(
            [*program, script.name], cwd=folder, capture_output=True, text=True, timeout=120,
            env={"PATH": os.environ["PATH"], "API": api.url, "PYTOON_KEY": TOKEN},
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
    assert next((folder / "videos").glob("*.mp4")).read_bytes() == (folder / "summer.mp4").read_bytes()


@pytest.mark.usefixtures("quick_encoder")
def test_a_video_is_queued_watched_and_fetched(
    api: Client, home: Home, instance: dg.DagsterInstance, photo: bytes, tmp_path: Path
) -> None:
    request = {"text": "Hello", "max_seconds": 3}
    wanted = {"title": "Summer", "files": {"beach.jpg": api.upload(photo)}, "request": request}
    queued = api.call("POST", "/v1/renders", wanted)
    assert (queued.status, queued.headers["location"]) == (202, f"/v1/renders/{queued.json['id']}")
    assert (queued.json["title"], queued.json["status"], queued.json["links"]["files"]) == ("Summer", "waiting", {})
    assert compile_upload(defs().resolve_job_def(COMPILE), instance, home, queued.json["id"]).error is None
    done = api.call("GET", queued.headers["location"]).json
    assert (done["status"], done["version"], done["error"]) == ("completed", 1, None)
    assert str(home.root) not in json.dumps(done)
    (video,) = (link for name, link in done["links"]["files"].items() if name.endswith(".mp4"))
    record = Uploads(home).delivered(done["id"])
    assert record is not None
    assert api.call("GET", video).body == (home.root / record.video).read_bytes()
    for name, link in done["links"]["files"].items():
        if name.endswith((".json", ".srt", ".vtt")):
            assert re.findall(r'"(?:/|[A-Z]:\\)[^"]*"', api.call("GET", link).body.decode()) == [], f"{name} has a path"
            assert str(home.root) not in api.call("GET", link).body.decode()
    part = api.call("GET", video, Range="bytes=10-19")
    assert (part.status, len(part.body)) == (206, 10)
    assert part.headers["content-range"].startswith("bytes 10-19/")
    # The same again is the same render, and is finished already: the guide asks for it, and downloads it.
    again = api.call("POST", "/v1/renders", wanted)
    assert (again.status, again.json["id"], again.json["status"]) == (200, done["id"], "completed")
    if shutil.which("curl"):
        (tmp_path / "beach.jpg").write_bytes(photo)
        guide(api, tmp_path)
        assert (tmp_path / "summer.mp4").read_bytes() == (home.root / record.video).read_bytes()


def test_a_request_is_checked_without_being_queued(api: Client, photo: bytes) -> None:
    wanted = {"files": {"a.jpg": api.upload(photo)}, "request": {"text": "Hello", "preset": "clean-product"}}
    found = api.call("POST", "/v1/renders/check", wanted)
    assert found.status == 200, found.body
    assert (found.json["preset"], found.json["archetype"]) == ("clean-product", "hero")
    known = {one["name"] for one in api.call("GET", "/v1/presets/clean-product").json["settings"]}
    settings = {one["name"]: one for one in found.json["settings"]}
    assert settings.keys() <= known
    assert {one["origin"] for one in settings.values()} <= {"preset", "default", "platform"}
    for wrong in ({"preset": "none"}, {"preset": "clean-product", "adjust": {"nothing": 1}}, {"platform": "none"}):
        answer = api.call("POST", "/v1/renders/check", {**wanted, "request": {"text": "Hello", **wrong}})
        assert answer.status in (404, 422), answer.body
    assert api.call("GET", "/v1/renders").json["renders"] == []
    assert found.json["id"] == api.call("POST", "/v1/renders", wanted).json["id"]


def test_the_short_forms_answer_as_the_long_ones(api: Client, photo: bytes) -> None:
    wanted = {"files": {"a.jpg": api.upload(photo)}, "request": {"text": "Once"}}
    first = api.call("POST", "/render", wanted)
    assert (first.status, first.headers["location"]) == (202, f"/v1/renders/{first.json['id']}")
    again = api.call("POST", "/v1/renders", wanted)
    assert (again.status, again.json) == (200, first.json)
    assert api.call("GET", f"/render/{first.json['id']}").json == first.json
    assert api.call("GET", "/render/nothing").status == 404


def test_equal_posts_at_the_same_time_are_one_render(api: Client, home: Home, photo: bytes) -> None:
    wanted = {"files": {"a.jpg": api.upload(photo)}, "request": {"text": "Once"}}
    answers: list[tuple[int, str]] = []

    def post() -> None:
        answer = api.call("POST", "/v1/renders", wanted)
        answers.append((answer.status, answer.json["id"]))

    threads = [threading.Thread(target=post) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len({key for _, key in answers}) == 1
    assert {status for status, _ in answers} <= {200, 202}
    assert len(api.call("GET", "/v1/renders").json["renders"]) == 1


def test_an_upload_is_known_by_its_content(api: Client, home: Home, photo: bytes, tmp_path: Path) -> None:
    assert api.upload(photo) == api.upload(photo) == hash_files(tmp_path / "photo.jpg")
    empty = api.call("POST", "/v1/uploads", b"")
    assert (empty.status, empty.json["code"]) == (422, "empty_file")


def test_a_body_that_is_too_large_is_refused_and_not_kept(
    api: Client, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "MAX_FILE", 1000)
    answer = api.call("POST", "/v1/uploads", b"x" * 1001)
    assert (answer.status, answer.json["code"]) == (413, "body_too_large")
    assert not list((home.store / "objects").rglob("*")) if home.store.exists() else True


def test_pages_of_the_list_hold_every_render_once(api: Client, photo: bytes) -> None:
    file = api.upload(photo)
    keys = [
        api.call("POST", "/v1/renders", {"files": {"a.jpg": file}, "request": {"variant": f"v{n}"}}).json["id"]
        for n in range(5)
    ]
    found, cursor = [], ""
    while True:
        page = api.call("GET", f"/v1/renders?limit=2{cursor}").json
        found += [one["id"] for one in page["renders"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert found == keys[::-1]
    assert api.call("GET", "/v1/renders?status=failed").json == {"renders": [], "next": None}


def test_the_list_is_filtered(api: Client, home: Home, photo: bytes) -> None:
    file = api.upload(photo)
    clean, other, plain = (
        api.call("POST", "/v1/renders", {"title": title, "files": files, "request": request}).json["id"]
        for title, files, request in (
            ("clean", {"a.jpg": file}, {"preset": "clean-product"}),
            ("other", {"a.jpg": file}, {"preset": "bold-offer", "brand": "verde", "variant": "b"}),
            ("plain", {}, {"text": "Hello"}),
        )
    )
    FakeRunner(home).compile(plain)
    made = Uploads(home).delivered(plain)
    assert made is not None
    at = api.call("GET", f"/v1/renders/{other}").json["at"]
    cases = {
        "preset=bold-offer": [other], f"preset={made.preset}&status=completed": [plain], "preset=none": [],
        "brand=verde": [other], f"upload={file}": [other, clean], f"upload={'0' * 64}": [],
        f"since={at}": [plain, other], f"until={at}": [clean], f"since={at}&until={at}": [],
        f"upload={file}&preset=clean-product": [clean], "status=completed": [plain], "status=waiting": [other, clean],
        "status=deleted": [],
    }  # fmt: skip
    for query, keys in cases.items():
        found = api.call("GET", f"/v1/renders?{query}").json["renders"]
        assert [one["id"] for one in found] == keys, query
    (home.root / made.video).unlink()
    assert [one["id"] for one in api.call("GET", "/v1/renders?status=deleted").json["renders"]] == [plain]
    for query in ("upload=x", "since=soon", "until=-1", "since=nan", f"brand={'x' * 101}"):
        assert api.call("GET", f"/v1/renders?{query}").status == 422, query


def test_a_waiting_render_can_be_cancelled_and_queued_again(api: Client, home: Home, photo: bytes) -> None:
    key = api.call("POST", "/v1/renders", {"files": {"a.jpg": api.upload(photo)}}).json["id"]
    assert api.call("POST", f"/v1/renders/{key}/cancel").json["status"] == "stopped"
    assert not Uploads(home).is_pending(key)
    twice = api.call("POST", f"/v1/renders/{key}/cancel")
    assert (twice.status, twice.json["code"]) == (409, "nothing_to_cancel")
    assert api.call("POST", f"/v1/renders/{key}/retry").json["status"] == "waiting"
    assert api.call("POST", f"/v1/renders/{key}/retry").status == 409


@pytest.mark.parametrize(
    ("body", "status", "code", "said"),
    [
        (b"{", 422, "invalid_request", "not a JSON object"),
        (b"[]", 422, "invalid_request", "not a JSON object"),
        ({"file": {}}, 422, "invalid_request", "There is no setting “file”"),
        ({"files": {"a.jpg": "x"}}, 422, "invalid_request", "64 hexadecimal digits"),
        ({"files": {"a.jpg": "0" * 64}}, 404, "unknown_file", "there is no upload 000000000000…"),
        ({"files": {"../a.jpg": "0" * 64}}, 422, "file_name", "cannot be the name of a file"),
        ({"files": {"a\\b.jpg": "0" * 64}}, 422, "file_name", "cannot be the name of a file"),
        ({"files": {"request.json": "0" * 64}}, 422, "file_name", "cannot be the name of a file"),
        ({"files": {".hidden": "0" * 64}}, 422, "file_name", "cannot be the name of a file"),
        ({"files": {"a\n.jpg": "0" * 64}}, 422, "file_name", "cannot be the name of a file"),
        *(
            ({"files": {name: "0" * 64}}, 422, "file_name", "cannot be the name of a file")
            for name in (
                "",
                ".",
                "..",
                "a/b.jpg",
                "a\0.jpg",
                "\u202egpj.exe",
                "\u200b.jpg",
                "a" * 121,
                "é" * 61,
                "request.yaml",
            )
        ),
        ({"files": {"\ud800.jpg": "0" * 64}}, 422, "invalid_request", "not a JSON object"),
        ({"title": "\ud800", "request": {"text": "Hi"}}, 422, "invalid_request", "not a JSON object"),
        ({"request": {"text": "\ud800"}}, 422, "invalid_request", "not a JSON object"),
        ({"request": {"text": "Hi", "brand": "\ud800"}}, 422, "invalid_request", "not a JSON object"),
        ({"request": {"\ud800": "Hi"}}, 422, "invalid_request", "not a JSON object"),
        (b'{"request": {"text": ' + b"[" * 100_000, 422, "invalid_request", "not a JSON object"),
        (b'{"request": {"text": "\xff\xfe"}}', 422, "invalid_request", "not a JSON object"),
        ({"request": {"text": "Hi", "music": "../../etc/passwd"}}, 422, "outside_folder", "is outside the folder"),
        ({"request": {"text": "Hi", "sparkle": 1}}, 422, "invalid_request", "there is no setting “sparkle”"),
        ({}, 422, "no_media", "has no photos or clips"),
    ],
)
def test_a_wrong_request_is_a_problem_with_a_hint(
    api: Client, home: Home, body: object, status: int, code: str, said: str
) -> None:
    answer = api.call("POST", "/v1/renders", body)
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json
    assert (answer.status, problem["status"], problem["code"]) == (status, status, code)
    assert said in problem["detail"]
    assert problem["hint"]
    assert problem["type"] == f"urn:pytoon:error:{code}"
    assert str(home.root) not in answer.body.decode()
    assert api.call("GET", "/v1/renders").json["renders"] == []


def test_equal_requests_at_once_are_one_render(api: Client, home: Home, photo: bytes) -> None:
    wanted = {"files": {"a.jpg": api.upload(photo)}, "request": {"text": "Hello"}}
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: api.call("POST", "/v1/renders", wanted), range(50)))
    assert len({one.json["id"] for one in answers}) == 1
    assert sorted(one.status for one in answers) == [200] * 49 + [202]
    assert [one.type for one in Events(home).after(0, "default")] == ["render.queued"]
    assert [one["action"] for one in api.call("GET", "/v1/audit").json["lines"]] == ["upload.added", "render.queued"]


def test_a_file_that_is_no_media_is_refused_by_its_content(api: Client) -> None:
    answer = api.call("POST", "/v1/renders", {"files": {"a.jpg": api.upload(b"%PDF-1.7 " * 50)}})
    assert answer.status == 422
    assert "PDF" in answer.json["detail"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/renders/nothing", 404), ("GET", "/v1/renders/nothing/files/a.mp4", 404), ("GET", "/nowhere", 404),
        ("GET", "/v1/presets/nothing", 404), ("GET", "/v1/schemas/nothing", 404), ("PUT", "/v1/presets", 405),
        ("GET", "/v1/renders?limit=0", 422), ("GET", "/v1/renders?status=new", 422),
        ("GET", "/v1/renders/..%2f..%2fetc/files/passwd", 404), ("GET", "/v1/renders/a%00b", 404),
        ("GET", "/v1/renders?cursor=%00", 404), ("GET", "/v1/renders/%ff%fe", 404),
        ("GET", "/v1/brands/%ed%a0%80", 422), ("GET", "/v1/brands/..%5c..", 422),
        ("GET", "/v1/presets/%2e%2e%2f%2e%2e%2fpyproject", 404),
        ("GET", "/v1/renders/%E2%80%AEgpj", 404), ("DELETE", "/v1/uploads/..%2f..", 404),
    ],
)  # fmt: skip
def test_what_does_not_exist_is_a_problem(api: Client, method: str, path: str, status: int) -> None:
    answer = api.call(method, path)
    assert (answer.status, answer.json["status"]) == (status, status)
    assert answer.json["hint"]


def test_lists_for_forms(api: Client) -> None:
    assert "clean-product" in [one["name"] for one in api.call("GET", "/v1/presets").json["presets"]]
    assert api.call("GET", "/v1/presets/clean-product").json["file"] == ""
    assert api.call("GET", "/v1/brands").json == ["acme", "verde"]
    assert "tiktok" in [one["name"] for one in api.call("GET", "/v1/platforms").json]
    assert "properties" in api.call("GET", "/v1/schemas/request").json
    assert api.call("GET", "/v1/schemas/render").json["title"] == "Render"


def test_health_needs_no_token(api: Client) -> None:
    assert api.call("GET", "/healthz", token=None).json == {"status": "healthy"}


def test_a_degraded_video_is_visible_as_such_wherever_it_is_listed_named_or_downloaded(
    api: Client, home: Home, photo: bytes
) -> None:
    wanted = {"title": "Summer", "files": {"a.jpg": api.upload(photo)}, "request": {"text": "Hello"}}
    key = api.call("POST", "/v1/renders", wanted).json["id"]
    reason = Reason(kind="simplified", code="simplified", message="The video is simplified.")
    for degraded, state in ((None, "completed"), (Degradation(reasons=(reason,)), "degraded")):
        folder = home.outbox / key / ("Summer.degraded" if degraded else "Summer")
        folder.mkdir(parents=True)
        (folder / "Summer.mp4").write_bytes(b"video")
        path = str((folder / "Summer.mp4").relative_to(home.root))
        files = {path: StoredFile(sha256="0" * 64, bytes=5)}
        record = DeliveryRecord(
            at=1.0, engine="local", preset="p", presets="d", video=path, files=files, degraded=degraded
        )
        Uploads(home).deliver(key, record)
        shown, (listed,) = api.call("GET", f"/v1/renders/{key}").json, api.call("GET", "/v1/renders").json["renders"]
        assert {shown["status"], listed["status"]} == {state}
        for method in ("GET", "HEAD"):
            answer = api.call(method, shown["links"]["files"]["Summer.mp4"])
            if answer.status == 405:
                continue
            assert answer.headers["x-pytoon-status"] == state
            assert ("Summer.degraded.mp4" in answer.headers["content-disposition"]) == (degraded is not None)
        assert Events(home).after(0, "default")[-1].type == f"render.{state}"
    assert listed["reason"] == shown["reason"] == reason.message
    assert [one["id"] for one in api.call("GET", "/v1/renders?status=degraded").json["renders"]] == [key]
    assert api.call("GET", "/v1/renders?status=completed").json["renders"] == []
