"""Which errors of the operating system name a folder of Pytoon."""

import errno
from argparse import Namespace
from pathlib import Path

import pytest

from pytoon_pipeline.cli.system_errors import explained


@pytest.mark.parametrize(
    ("name", "number", "said"),
    [
        ("gone/store/x", errno.ENOENT, "gone”, which PYTOON_HOME names."),
        ("gone/store/x", errno.EROFS, "gone”, which PYTOON_HOME names: the disk is read-only"),
        ("gone/store/x", errno.ENOSPC, "the disk is full"),
        ("elsewhere", errno.ENOENT, "elsewhere"),
        ("gone/store/x", errno.EIO, "Input/output error"),
    ],
)
def test_the_folder_and_the_reason_are_named(
    name: str, number: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTOON_HOME", str(tmp_path / "gone"))
    error = explained(OSError(number, "Input/output error", str(tmp_path / name)), Namespace())
    assert said in error.message
    assert error.hint


def test_a_file_that_is_missing_in_an_existing_home_is_no_missing_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTOON_HOME", str(tmp_path))
    error = explained(FileNotFoundError(errno.ENOENT, "No such file", str(tmp_path / "x")), Namespace())
    assert error.message.endswith(f"{tmp_path / 'x'}.")
