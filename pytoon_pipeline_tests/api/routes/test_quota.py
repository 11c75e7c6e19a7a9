"""Quotas over HTTP: refused with the figure, shown, and never overrun by requests at once."""

from concurrent.futures import ThreadPoolExecutor

from pytoon_pipeline.accounts.keys import Keys
from pytoon_pipeline.api.service import ApiService
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.service.quotas import set_quota
from pytoon_pipeline_tests.api.conftest import Answer, Client


def queue(api: Client, number: int, seconds: float = 3) -> Answer:
    return api.call("POST", "/v1/renders", {"request": {"text": f"Number {number}", "max_seconds": seconds}})


def test_renders_at_once_do_not_overrun(api: Client, home: Home) -> None:
    set_quota(home, "default", {"concurrent": 3}, "shell:me")
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda number: queue(api, number), range(12)))
    assert sorted(one.status for one in answers) == [202] * 3 + [429] * 9
    refused = next(one for one in answers if one.status == 429)
    assert refused.json["code"] == "quota_concurrent"
    assert "limit is 3 renders at a time, and 3 wait" in refused.json["detail"]
    assert int(refused.headers["retry-after"]) == 30
    assert len(api.call("GET", "/v1/renders").json["renders"]) == 3
    found = api.call("GET", "/v1/quota").json
    assert found["limits"] == {
        "renders_per_day": None, "seconds_per_day": None, "concurrent": 3, "bytes_stored": None,
    }  # fmt: skip
    assert found["used"] == {"renders_per_day": 3, "seconds_per_day": 9.0, "concurrent": 3, "bytes_stored": 0}


def test_a_place_is_free_when_a_render_ends(api: Client, home: Home) -> None:
    set_quota(home, "default", {"concurrent": 1}, "shell:me")
    first = queue(api, 1).json["id"]
    assert queue(api, 2).status == 429
    assert queue(api, 1).status == 200, "the same again is no new render"
    Uploads(home).fail(first, InvalidInput("no_media", "There is nothing to show.", "Add a photo."))
    second = queue(api, 2)
    assert second.status == 202, "one that failed in the end does not wait"
    assert api.call("POST", f"/v1/renders/{first}/retry").status == 429
    assert api.call("POST", f"/v1/renders/{second.json['id']}/cancel").status == 200
    assert api.call("POST", f"/v1/renders/{first}/retry").status == 202
    assert api.call("GET", "/v1/quota").json["used"]["renders_per_day"] == 3


def test_the_day_is_limited_in_renders_and_seconds(api: Client, home: Home) -> None:
    set_quota(home, "default", {"renders_per_day": "2", "seconds_per_day": "10"}, "shell:me")
    assert queue(api, 1, 6).status == 202
    assert queue(api, 2, 6).json["code"] == "quota_seconds_per_day"
    assert queue(api, 2, 4).status == 202
    third = queue(api, 3, 1)
    assert (third.status, third.json["code"]) == (429, "quota_renders_per_day")
    assert int(third.headers["retry-after"]) > 86000
    kept = api.call("GET", "/v1/audit").json["lines"]
    assert kept[0]["action"] == "quota.set"
    refused = api.call("POST", "/v1/renders", {"request": {"text": "x", "sparkle": 1}})
    assert refused.status == 422, "what is wrong anyway is said first"


def test_uploads_have_a_limit_of_bytes(api: Client, service: ApiService, home: Home) -> None:
    set_quota(home, "default", {"bytes_stored": 1000}, "shell:me")
    file = api.upload(b"x" * 900)
    answer = api.call("POST", "/v1/uploads", b"y" * 200)
    assert (answer.status, answer.json["code"]) == (403, "quota_bytes_stored")
    assert api.upload(b"x" * 900) == file, "what is there takes no more room"
    acme = Keys(service.accounts).create("acme", "acme", "editor")[1]
    assert api.upload(b"y" * 200, acme)
    assert api.call("DELETE", f"/v1/uploads/{file}").status == 200
    assert api.upload(b"y" * 200)
    assert api.call("GET", "/v1/quota").json["used"]["bytes_stored"] == 200


def test_what_is_erased_stays_used(api: Client, home: Home, photo: bytes) -> None:
    set_quota(home, "default", {"renders_per_day": 1}, "shell:me")
    file = api.upload(photo)
    assert api.call("POST", "/v1/renders", {"files": {"a.jpg": file}}).status == 202
    api.call("DELETE", f"/v1/uploads/{file}")
    assert queue(api, 1).status == 429
