"""The review queue: held videos are listed, looked at and released by people who may."""

from pathlib import Path
from typing import Any

import pytest

from pytoon_pipeline.accounts.keys import Keys
from pytoon_pipeline.api.service import ApiService
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.degradation import Degradation, Reason
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.service.generation import generate
from pytoon_pipeline_tests.api.conftest import Client
from pytoon_pipeline_tests.harness import fake_runner
from pytoon_pipeline_tests.harness.fake_runner import FakeRunner

MODERATED = Reason(kind="moderation", code="forbidden_word", message="It has the forbidden word “cheap”.")


@pytest.fixture(params=["hazard", "moderation"])
def held(api: Client, home: Home, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A held render, as the API shows it, and why it is held."""
    if request.param == "moderation":
        monkeypatch.setattr(fake_runner, "HAZARD", MODERATED)
    key = api.call("POST", "/v1/renders", {"title": "Sale", "request": {"text": "So cheap"}}).json["id"]
    FakeRunner(home, held=True).compile(key)
    return {**api.call("GET", f"/v1/renders/{key}").json, "why": request.param}


def test_a_person_looks_at_a_held_video_and_releases_it(
    api: Client, home: Home, service: ApiService, held: dict[str, Any]
) -> None:
    assert [one["id"] for one in api.call("GET", "/v1/renders?status=held").json["renders"]] == [held["id"]]
    assert (held["status"], held["links"]["files"]) == ("held", {})
    moderated = held["why"] == "moderation"
    assert held["error"]["code"] == ("held_moderation" if moderated else "held_flash")
    if moderated:
        assert MODERATED.message in held["error"]["message"]
    link = next(link for name, link in held["links"]["held"].items() if name.endswith(".mp4"))
    assert api.call("GET", link).headers["x-pytoon-status"] == "held"
    assert api.call("GET", link.replace("/held/", "/files/")).json["code"] == "unknown_file"
    editor = Keys(service.accounts).create("editor", "default", "editor")[1]
    assert api.call("GET", link, token=editor).status == 403
    path = f"/v1/renders/{held['id']}/release"
    assert api.call("POST", path, {"reason": "I have seen it."}, editor).status == 403
    assert api.call("POST", path, {"reason": ""}).status == 422
    released = api.call("POST", path, {"reason": "I have seen it."})
    assert (released.status, released.json["status"]) == (200, "completed" if moderated else "degraded")
    assert link.rpartition("/")[2] in released.json["links"]["files"]
    again = api.call("POST", path, {"reason": "I have seen it."})
    assert (again.status, again.json["code"]) == (409, "not_held")
    line = api.call("GET", "/v1/audit").json["lines"][-1]
    assert (line["action"], line["actor"]) == ("render.released", "PYTOON_API_TOKEN")
    record = Uploads(home).delivered(held["id"])
    assert record is not None
    assert record.released is not None
    assert (record.released.by, record.released.reason) == ("PYTOON_API_TOKEN", "I have seen it.")


def test_another_tenant_does_not_learn_of_a_held_video(api: Client, service: ApiService, held: dict[str, Any]) -> None:
    other = Keys(service.accounts).create("other", "other", "admin")[1]
    link = next(iter(held["links"]["held"].values()))
    for method, path in (("GET", link), ("POST", f"/v1/renders/{held['id']}/release")):
        assert api.call(method, path, {"reason": "Mine now."} if method == "POST" else None, other).status == 404


def test_what_stays_of_the_reasons_when_a_person_has_decided() -> None:
    other = Reason(kind="simplified", code="simplified", message="It is simplified.")
    assert Degradation(reasons=(MODERATED,)).after_release is None
    assert Degradation(reasons=(other, MODERATED)).after_release == Degradation(reasons=(other,))


def test_a_generated_picture_is_made_again(api: Client, home: Home, tmp_path: Path) -> None:
    generate("backdrop", "a calm blue sea", 1, tmp_path / "sea.png")
    file = api.upload((tmp_path / "sea.png").read_bytes())
    made = api.call("POST", "/v1/renders", {"files": {"sea.png": file}, "request": {"text": "Hello"}}).json
    FakeRunner(home).compile(made["id"])
    (item,) = api.call("GET", f"/v1/renders/{made['id']}").json["items"]
    path = f"/v1/renders/{made['id']}/items/{item}/regenerate"
    assert api.call("POST", path, {"reason": ""}).status == 422
    assert api.call("POST", path.replace(item, "IMG-0"), {"reason": "Too dark."}).json["code"] == "unknown_item"
    again = api.call("POST", path, {"reason": "Too dark."})
    assert (again.status, again.json["id"]) == (202, made["id"])
    (new,) = again.json["items"]
    assert new != item
    assert Uploads(home).is_pending(made["id"])


def test_a_photo_of_a_person_is_not_made_again(api: Client, photo: bytes) -> None:
    made = api.call("POST", "/v1/renders", {"files": {"a.jpg": api.upload(photo)}}).json
    refused = api.call("POST", f"/v1/renders/{made['id']}/items/{made['items'][0]}/regenerate", {"reason": "Too dark."})
    assert (refused.status, refused.json["code"]) == (422, "not_generated")
