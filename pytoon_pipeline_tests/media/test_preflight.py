"""Preflight: the first reading of a file, in a process of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

from pytoon_pipeline.contracts.errors import InvalidInput, TransientError
from pytoon_pipeline.media import preflight
from pytoon_pipeline_tests.harness import media


def test_a_timeout_of_the_preflight_is_a_transient_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "TIMEOUT_FACTOR", 1e-6)
    with pytest.raises(TransientError):
        preflight.preflight(media.video(tmp_path / "v.mp4", 1))


def test_all_streams_are_read_to_their_end(tmp_path: Path) -> None:
    found = preflight.preflight(media.video(tmp_path / "v.mp4", 2, "320x180", "25", True))
    assert sorted(round(one.end - one.start) for one in found.streams.values()) == [2, 2]
    assert found.streams[0].packets == 50
    assert found.corrupt == 0
    assert not found.structure.truncated


def test_its_process_imports_no_more_than_it_needs() -> None:
    code = "import sys, pytoon_pipeline.media.preflight; print({'av', 'pydantic', 'numpy', 'cv2'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "set()\n"


def test_text_is_not_media(tmp_path: Path) -> None:
    (tmp_path / "v.mp4").write_text("no video at all")
    with pytest.raises(InvalidInput) as raised:
        preflight.preflight(tmp_path / "v.mp4")
    assert raised.value.code == "not_media"
