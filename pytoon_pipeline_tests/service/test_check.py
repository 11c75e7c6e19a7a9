"""Quality control of any file, as a use case."""

from pathlib import Path

import pytest

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.service.check import check
from pytoon_pipeline_tests.harness import media


def test_a_video_of_the_wrong_format_fails(tmp_path: Path) -> None:
    report = check(media.video(tmp_path / "clip.mp4", 2, sound=False))
    assert report.verdict == "fail"
    assert "format" in report.gates


@pytest.mark.parametrize(("content", "code"), [(None, "file_missing"), (b"", "empty_file")])
def test_what_is_not_a_file_with_content_is_an_error(tmp_path: Path, content: bytes | None, code: str) -> None:
    if content is not None:
        (tmp_path / "a.mp4").write_bytes(content)
    with pytest.raises(InvalidInput) as error:
        check(tmp_path / "a.mp4")
    assert error.value.code == code
