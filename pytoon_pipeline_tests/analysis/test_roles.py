"""Whether files fit what they are used for."""

import pytest

from pytoon_pipeline.analysis.roles import check_roles, check_usable
from pytoon_pipeline.config.presets import load_limits
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.media import MediaInfo, Role, SourceItem
from pytoon_pipeline_tests.harness.plans import footage, still


def item(role: Role, sha256: str = "a" * 64) -> SourceItem:
    return SourceItem(name="file", sha256=sha256, bytes=1, origin="here", role=role)


@pytest.mark.parametrize(
    ("role", "info", "code"),
    [
        ("music", footage(sound=False).info, "no_sound"),
        ("voice", still().info, "no_sound"),
        ("logo", footage().info, "no_picture"),
    ],
)
def test_a_file_that_does_not_fit_its_role_is_refused(role: Role, info: MediaInfo, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_roles([item(role)], {"a" * 64: info})
    assert refused.value.code == code


def test_files_that_fit_pass_and_subtitles_are_not_probed() -> None:
    items = [item("media"), item("logo", "b" * 64), item("subtitles", "c" * 64)]
    check_usable(items, {"a" * 64: footage().info, "b" * 64: still().info}, load_limits())


def test_a_clip_beyond_the_limits_is_refused() -> None:
    video = footage().info.video
    assert video is not None
    tiny = footage().info.model_copy(update={"video": video.model_copy(update={"width": 2, "height": 2})})
    with pytest.raises(InvalidInput) as refused:
        check_usable([item("media")], {"a" * 64: tiny}, load_limits())
    assert refused.value.code == "picture_size"
