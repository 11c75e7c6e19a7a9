"""The outbox: names of files, and the error of a failed video."""

import json
from pathlib import Path

import pytest

from pytoon_pipeline.delivery.outbox import failure, plan_delivery, withdraw
from pytoon_pipeline.runtime.home import Home
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
    delivery = plan_delivery("sale", "offer", version, degraded)
    assert delivery.folder == f"sale/{folder}"
    names = [f"{stem}.{ending}" for ending in ("mp4", "jpg", "srt", "vtt")]
    assert [*delivery.with_captions(("srt", "vtt")).roles.values()] == [
        f"sale/{folder}/{name}" for name in (*names, "post.json")
    ]


def test_the_folder_of_the_media_goes_with_its_last_delivery(home: Home) -> None:
    deliveries = [home.outbox / plan_delivery("garden", name).folder for name in ("garden", "garden-1x1")]
    for folder in deliveries:
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_text(json.dumps({"key": folder.name, "files": {}}))
    withdraw(home, deliveries[0], "another key")
    assert deliveries[0].exists()
    for folder in deliveries:
        assert folder.parent.exists()
        withdraw(home, folder, folder.name)
    assert list(home.root.iterdir()) == [home.outbox]
    assert not any(home.outbox.iterdir())
