"""Checks of files that people name, and names as text."""

import os
from pathlib import Path

import pytest

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.runtime.files import check_file, check_files, printable_name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("clip.mp4", "clip.mp4"),
        ("süß 🎬.mp4", "süß 🎬.mp4"),
        (os.fsdecode(b"caf\xe9.mp4"), "caf\ufffd.mp4"),
        ("a\nb\x1b[31m.mp4", "a\ufffdb\ufffd[31m.mp4"),
    ],
)
def test_a_name_becomes_printable_text(name: str, shown: str) -> None:
    assert printable_name(name) == shown


def test_a_file_with_content_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("x")
    check_file(path)
    check_files([path, path])


@pytest.mark.parametrize("code", ["file_missing", "not_a_file", "empty_file"])
def test_anything_else_is_refused_with_its_reason(code: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    if code == "not_a_file":
        path.mkdir()
    elif code == "empty_file":
        path.touch()
    with pytest.raises(InvalidInput) as caught:
        check_files([path])
    assert caught.value.code == code
    assert "“file”" in caught.value.message


def test_all_missing_files_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_files([tmp_path / f"{n}.mp4" for n in range(12)])
    assert all(f"“{n}.mp4”" in caught.value.message for n in range(8))
    assert caught.value.message.endswith("….")
