"""The outbox: names of files, and the error of a failed video."""

from pathlib import Path

import pytest

from pytoon_pipeline.delivery.outbox import failure, plan_delivery
from pytoon_pipeline_tests.harness.finished_video import finished, report, spec


def test_a_quality_failure_names_the_failed_checks(tmp_path: Path) -> None:
    error = failure(report(finished(tmp_path / "v.mp4", sound="volume=-6dB"), spec()))
    assert error.code == "qc_failed"
    assert "Loudness" in error.message


@pytest.mark.parametrize(
    ("version", "degraded", "folder", "stem"),
    [
        (1, False, "offer", "offer"), (1, True, "offer.degraded", "offer"), (2, False, "offer.v2", "offer.v2"),
        (12, True, "offer.v12.degraded", "offer.v12"),
    ],
)  # fmt: skip
def test_each_version_has_a_folder_and_file_names_of_its_own(
    version: int, degraded: bool, folder: str, stem: str
) -> None:
    delivery = plan_delivery("offer", version, degraded)
    assert delivery.folder == folder
    names = [f"{stem}.{ending}" for ending in ("mp4", "jpg", "srt", "vtt")]
    assert [*delivery.roles.values()] == [f"{folder}/{name}" for name in (*names, "post.json")]
