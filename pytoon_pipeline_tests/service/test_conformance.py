"""A file and the texts of its publishing kit, checked against a platform."""

import json
from pathlib import Path

import pytest

from pytoon_pipeline.config.presets import load_platform
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.post import Post
from pytoon_pipeline.delivery.post import for_platform, propose
from pytoon_pipeline.delivery.post_texts import VideoTexts
from pytoon_pipeline.service.conformance import check_platform
from pytoon_pipeline_tests.harness import media
from pytoon_pipeline_tests.harness.file_facts import GOOD


def test_edited_texts_are_checked_with_the_file(tmp_path: Path) -> None:
    video, path = media.video(tmp_path / "clip.mp4", 1.2, sound=False), tmp_path / "post.json"
    proposal = propose(VideoTexts(title="Hello", written=True), "clip", None, "und")
    kit = Post(
        video="clip.mp4", cover="clip.jpg", aspect="9:16", seconds=1.2, title="Hello", title_source="text",
        platforms=(for_platform(proposal, load_platform("x"), GOOD),),
    )  # fmt: skip
    document = kit.model_dump(mode="json")
    for caption, expected in (("Hello.", False), ("Hello. " * 50, True)):
        document["platforms"][0]["texts"]["caption"] = caption
        path.write_text(json.dumps(document))
        codes = {one.code for one in check_platform(video, "x", post=path).violations}
        assert ("caption_too_long" in codes) is expected
    path.write_text("{}")
    with pytest.raises(InvalidInput, match="invalid_post"):
        check_platform(video, "x", post=path)
