"""Files that are made of a finished video: those that the request wants, each made once."""

from pathlib import Path

import pytest

from pytoon_pipeline.contracts.request import Request, TeaserRequest
from pytoon_pipeline.delivery.extras import extra_files, teaser_start
from pytoon_pipeline.rendering import teaser
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness import media
from pytoon_pipeline_tests.harness.finished_video import spec


@pytest.mark.parametrize(("start", "video_seconds", "expected"), [(0, 9, 0), (2, 9, 2), (8, 9, 6), (8, 2, 0)])
def test_a_teaser_begins_earlier_where_the_video_ends(start: float, video_seconds: float, expected: float) -> None:
    assert teaser_start(TeaserRequest(start=start, seconds=3), video_seconds) == expected


def test_extra_files_are_made_once(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = store.put(media.video(tmp_path / "clip.mp4", 1.2))
    files = {"video": stored, "audio": stored}
    request = Request.model_validate({"text": "Hi", "teaser": {"seconds": 1, "width": 160}, "audio_files": "m4a, mp3"})
    first = extra_files(store, request, spec(), files, "Hi")
    assert [*first] == ["gif", "m4a", "mp3"]
    assert store.path(first["gif"]).read_bytes()[:4] == b"GIF8"
    monkeypatch.delattr(teaser, "write_teaser")
    assert extra_files(store, request, spec(), files, "Hi") == first
    assert extra_files(store, Request(text="Hi"), spec(), files, "Hi") == {}
