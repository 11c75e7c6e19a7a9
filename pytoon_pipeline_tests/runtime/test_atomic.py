"""Atomic writes."""

import os
import time
from pathlib import Path

import pytest

from pytoon_pipeline.runtime.atomic import MIN_SWEEP_AGE_SECONDS, PART, atomic_path, sweep, write_bytes


def test_a_failed_write_keeps_the_old_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    write_bytes(path, b"old")

    def fail(descriptor: int) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        write_bytes(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_only_files_of_ended_processes_are_swept(tmp_path: Path) -> None:
    old = time.time() - 2 * MIN_SWEEP_AGE_SECONDS
    left = tmp_path / f".left{PART}"
    left.write_text("half")
    os.utime(left, (old, old))
    with atomic_path(tmp_path / "file") as tmp_path_in_use:
        tmp_path_in_use.write_text("whole")
        os.utime(tmp_path_in_use, (old, old))
        young = tmp_path / f".young{PART}"
        young.touch()
        sweep(tmp_path)
        assert {path.name for path in tmp_path.iterdir()} == {tmp_path_in_use.name, young.name}
    assert (tmp_path / "file").read_text() == "whole"
