"""Quality control over the API: of any uploaded video, in a process of its own, for its tenant alone."""

from pathlib import Path

from pytoon_pipeline.accounts.keys import Keys
from pytoon_pipeline.api.service import ApiService
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.service import upload_check
from pytoon_pipeline_tests.api.conftest import Client
from pytoon_pipeline_tests.harness import media


def test_a_video_from_elsewhere_is_checked(api: Client, service: ApiService, home: Home, tmp_path: Path) -> None:
    media.video(tmp_path / "clip.mp4", seconds=1)
    file = api.upload((tmp_path / "clip.mp4").read_bytes())
    report = api.call("POST", "/v1/qc", {"file": file})
    assert report.status == 200, report.body
    assert report.json["verdict"] in ("pass", "fail")
    assert report.json["measured"]
    assert str(home.root) not in report.body.decode()
    other = Keys(service.accounts).create("other", "other", "editor")[1]
    assert api.call("POST", "/v1/qc", {"file": file}, other).json["code"] == "unknown_file"
    assert not list(home.store.parent.glob("**/scratch-*/video"))


def test_what_is_no_video_is_refused(api: Client, home: Home, photo: bytes) -> None:
    for content in (b"%PDF-1.7 " * 50, photo, b"\0" * 1000):
        answer = api.call("POST", "/v1/qc", {"file": api.upload(content)})
        assert (answer.status, bool(answer.json["hint"])) == (422, True), answer.body
        assert str(home.root) not in answer.body.decode()
    assert api.call("POST", "/v1/qc", {"file": "0" * 64}).status == 404
    file = api.upload(photo)
    with upload_check._free:
        busy = api.call("POST", "/v1/qc", {"file": file})
    assert (busy.status, busy.json["code"], int(busy.headers["retry-after"]) > 0) == (429, "checks_busy", True)
