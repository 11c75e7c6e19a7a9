"""Uploads are queued all or not at all."""

from pathlib import Path

import pytest

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.service.sources import RequestOptions
from pytoon_pipeline.service.submit import submit
from pytoon_pipeline_tests.harness import media


def test_each_path_gets_a_key_and_a_name_in_the_inbox(home: Home, tmp_path: Path) -> None:
    clips = [media.video(tmp_path / f"clip-{n}.mp4", 1 + n, sound=False) for n in range(2)]
    result = submit(home, clips, RequestOptions())
    assert len(set(result.keys)) == 2
    assert sorted(path.name for path in home.inbox.iterdir()) == sorted(result.inbox)
    for name, key in zip(result.inbox, result.keys, strict=True):
        assert key[:8] in name
    variant = submit(home, clips[:1], RequestOptions(assignments=("variant=b",)))
    assert variant.keys[0] == f"{result.keys[0]}-b"
    assert (home.inbox / variant.inbox[0] / "request.yaml").is_file()


def test_nothing_is_queued_when_one_path_cannot_be_read(home: Home, tmp_path: Path) -> None:
    clip = media.video(tmp_path / "clip.mp4", 1, sound=False)
    with pytest.raises(InvalidInput):
        submit(home, [clip, tmp_path / "empty"], RequestOptions(assignments=("no assignment",)))
    assert not home.inbox.exists()
