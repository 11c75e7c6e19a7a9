"""The outbox in a browser: what is served, and what never is."""

import http.client
import json
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from pytoon_pipeline.contracts.errors import TransientError
from pytoon_pipeline.delivery.file_server import serving
from pytoon_pipeline.delivery.gallery import PAGE_VIDEOS, page_number
from pytoon_pipeline.runtime.home import Home

VIDEO = bytes(range(256)) * 40


@pytest.fixture
def url(home: Home) -> Iterator[str]:
    with serving(home, 0) as running:
        yield running


def get(url: str, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """The path is sent as it is: clients would remove “..” from it."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    found = answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    connection.close()
    return found


def delivered(home: Home, name: str, title: str, degraded: object = None, at: float = 1e9, parent: str = "") -> Path:
    folder = home.outbox / parent / name
    folder.mkdir(parents=True)
    (folder / f"{name}.mp4").write_bytes(VIDEO)
    (folder / f"{name}.jpg").write_bytes(b"jpeg")
    (folder / f"{name}.srt").write_text("1\n00:00:00,000 --> 00:00:01,000\nHé\n")
    (folder / "manifest.json").write_text(json.dumps({"title": title, "degraded": degraded}))
    os.utime(folder / "manifest.json", (at, at))
    return folder


def test_a_player_seeks_in_a_video(home: Home, url: str) -> None:
    delivered(home, "talk", "Talk")
    status, headers, body = get(url, "/talk/talk.mp4", Range="bytes=300-309")
    assert (status, headers["content-type"], body) == (206, "video/mp4", VIDEO[300:310])
    assert headers["content-range"] == f"bytes 300-309/{len(VIDEO)}"
    assert get(url, "/talk/talk.mp4")[2] == VIDEO
    assert get(url, "/talk/talk.mp4", Range=f"bytes={len(VIDEO)}-")[0] == 416


def test_captions_and_manifest_open_in_the_browser(home: Home, url: str) -> None:
    delivered(home, "talk", "Talk")
    assert get(url, "/talk/talk.srt")[1]["content-type"] == "text/plain; charset=utf-8"
    assert get(url, "/talk/manifest.json")[1]["content-type"] == "application/json"


def test_the_page_lists_titles_newest_first(home: Home, url: str) -> None:
    assert "no videos yet" in get(url, "/")[2].decode()
    delivered(home, "summer-sale", "Summer <b>sale</b> & more", at=1e9)
    delivered(home, "größe 50%", "New", degraded={"reasons": []}, at=2e9)
    text = get(url, "/")[2].decode()
    assert text.index("New") < text.index("Summer &lt;b&gt;sale&lt;/b&gt; &amp; more")
    assert text.count("degraded</span>") == 1
    path = "/gr%C3%B6%C3%9Fe%2050%25/gr%C3%B6%C3%9Fe%2050%25.mp4"
    assert f'href="{path[1:]}"' in text
    assert get(url, path)[2] == VIDEO


def test_a_long_list_has_pages(home: Home, url: str) -> None:
    for n in range(PAGE_VIDEOS + 1):
        delivered(home, f"v{n}", f"Video {n}", at=1e9 + n)
    first, second = (get(url, f"/?page={n}")[2].decode() for n in (1, 2))
    assert ("Video 1<" in first, "Video 0<" in first, "Older" in first) == (True, False, True)
    assert ("Video 1<" in second, "Video 0<" in second, "Older" in second) == (False, True, False)
    assert [page_number(given) for given in ([], ["x"], ["0"], ["-1"], ["²"], ["9" * 5000], ["3"])] == [1] * 6 + [3]


def test_nothing_outside_the_outbox_is_served(home: Home, url: str) -> None:
    folder = delivered(home, "talk", "Talk")
    secret = home.root / "held" / "secret.txt"
    secret.parent.mkdir()
    secret.write_text("secret")
    (folder / "link.txt").symlink_to(secret)
    (home.outbox / "out").symlink_to(secret.parent)
    (folder / ".hidden").write_text("secret")
    (home.outbox / ".part").mkdir()
    (home.outbox / ".part" / "talk.mp4").write_text("secret")
    for path in (
        "/../held/secret.txt", "/%2e%2e/held/secret.txt", "/talk/..%2f..%2fheld/secret.txt", "/out/secret.txt",
        "/talk/link.txt", "/talk/.hidden", "/.part/talk.mp4", "//etc/passwd", f"/{secret}", "/talk", "/talk/", "/a%00b",
        "/talk/" + "a" * 5000,
    ):  # fmt: skip
        status, _, body = get(url, path)
        assert status == 404, path
        assert b"secret" not in body
    listed = get(url, "/")[2].decode()
    assert ".hidden" not in listed
    assert "link.txt" not in listed


def test_another_site_cannot_read_the_outbox_under_its_own_name(home: Home, url: str) -> None:
    assert get(url, "/", Host="evil.example")[0] == 400
    status, headers, _ = get(url, "/")
    assert status == 200
    assert "access-control-allow-origin" not in headers
    assert "script" not in headers["content-security-policy"]


def test_a_port_in_use_is_an_error_with_a_hint(home: Home, url: str) -> None:
    with pytest.raises(TransientError) as caught, serving(home, int(url.rpartition(":")[2])):
        pass
    assert caught.value.code == "port_in_use"


def test_the_videos_of_the_same_photos_are_told_apart(home: Home, url: str) -> None:
    folder = delivered(home, "garden-teaser", "garden")
    (folder / "manifest.json").write_text(json.dumps({"title": "garden", "key": f"{'0' * 32}-teaser"}))
    assert "garden (teaser)" in get(url, "/")[2].decode()


def test_the_formats_of_one_upload_lie_in_one_folder(home: Home, url: str) -> None:
    for name in ("garden", "garden-1x1"):
        delivered(home, name, "garden", parent="garden & co")
    text = get(url, "/")[2].decode()
    path = "garden%20%26%20co/garden-1x1/garden-1x1.mp4"
    assert f'href="{path}"' in text
    assert get(url, f"/{path}")[2] == VIDEO
