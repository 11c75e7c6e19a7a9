"""Face detection."""

from pathlib import Path

import numpy as np

from pytoon_pipeline.analysis.vision import faces
from pytoon_pipeline.analysis.vision.sampling import Samples


def test_the_face_is_found_where_it_is(talk: Samples) -> None:
    """The portrait's centre moves along 640 + 300 sin(2πt/11) pixels of 1280."""
    found, summary = faces.detect(talk)
    assert summary.with_face == summary.samples
    moved = [face.box.centre[0] - (640 + 300 * np.sin(2 * np.pi * face.time / 11)) / 1280 for face in found]
    assert np.ptp(moved) < 0.03, "boxes keep one place in the portrait"


def test_faces_survive_being_stored(talk: Samples, tmp_path: Path) -> None:
    found, _ = faces.detect(list(talk)[:3])
    faces.write(found, tmp_path / "faces.parquet")
    assert faces.read(tmp_path / "faces.parquet") == found
    faces.write([], tmp_path / "none.parquet")
    assert faces.read(tmp_path / "none.parquet") == []
