"""Signed links: one file for whoever has the link, until it expires."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from pytoon_pipeline.accounts.keys import Keys
from pytoon_pipeline.api.service import ApiService
from pytoon_pipeline.client import Client as TypedClient
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.service import links
from pytoon_pipeline_tests.api.conftest import TOKEN, Client
from pytoon_pipeline_tests.harness.fake_runner import FakeRunner


def finished(api: Client, home: Home, secret: str = TOKEN, *, held: bool = False) -> dict[str, str]:
    """A finished video of the tenant of a key, and the links to its files by name."""
    key = api.call("POST", "/v1/renders", {"title": "Sale", "request": {"text": "Hello"}}, secret).json["id"]
    FakeRunner(home, held=held).compile(key)
    found = api.call("GET", f"/v1/renders/{key}", token=secret).json["links"]
    return dict(found["held" if held else "files"])


def ending(files: dict[str, str], suffix: str) -> str:
    return next(link for name, link in files.items() if name.endswith(suffix))


def changed(link: str, **values: str) -> str:
    parts = urlsplit(link)
    query = {name: one for name, (one,) in parse_qs(parts.query).items()}
    return f"{parts.path}?{urlencode({**query, **values})}"


def test_a_link_gives_one_file_without_a_key_until_it_expires(
    api: Client, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = finished(api, home)
    video = ending(files, ".mp4")
    made = api.call("POST", f"{video}/link?seconds=60")
    assert made.status == 201
    link = made.json["url"]
    assert TOKEN not in link
    content = api.call("GET", video).body
    assert api.call("GET", link, token=None).body == content
    part = api.call("GET", link, token=None, Range="bytes=1-3")
    assert (part.status, part.body) == (206, content[1:4])
    name = video.rpartition("/")[2]
    with TypedClient(api.url, TOKEN) as client:
        assert client.link(video.split("/")[3], name, 60).startswith(f"{api.url}/v1/links/")
    monkeypatch.setattr(links.time, "time", lambda: made.json["expires"] + 0.0)
    late = api.call("GET", link, token=None)
    assert (late.status, late.json["code"]) == (403, "link_refused")


def test_a_link_cannot_be_changed_or_guessed(api: Client, home: Home, service: ApiService) -> None:
    files = finished(api, home)
    video, manifest = ending(files, ".mp4"), ending(files, "manifest.json")
    link = api.call("POST", f"{video}/link").json["url"]
    expires = parse_qs(urlsplit(link).query)["expires"][0]
    acme = Keys(service.accounts).create("acme", "acme", "admin")[1]
    theirs = ending(finished(api, home, acme), ".mp4")
    names = [one.rpartition("/")[2] for one in (video, manifest)]
    renders = [one.split("/")[3] for one in (video, theirs)]
    forged = [
        changed(link, signature="0" * 64), changed(link, expires=str(int(expires) + 1)),
        link.replace(names[0], names[1]),
        link.replace(renders[0], renders[1]).replace(names[0], theirs.rpartition("/")[2]),
        link.replace(renders[0], "f" * 32), link.replace("/v1/links/", "/v1/links/%00"),
    ]  # fmt: skip
    for one in forged:
        answer = api.call("GET", one, token=None)
        assert answer.status in (403, 404), one
        assert answer.body != api.call("GET", video).body
    for one in (changed(link, signature="é"), changed(link, expires="-1"), urlsplit(link).path):
        assert api.call("GET", one, token=None).status == 422
    assert api.call("POST", f"{video}/link", token=acme).status == 404, "another tenant"
    for seconds in ("0", "604801", "x"):
        assert api.call("POST", f"{video}/link?seconds={seconds}").status == 422


def test_a_held_video_has_no_link(api: Client, home: Home) -> None:
    video = ending(finished(api, home, held=True), ".mp4")
    assert api.call("POST", f"{video.replace('/held/', '/files/')}/link").json["code"] == "unknown_file"
