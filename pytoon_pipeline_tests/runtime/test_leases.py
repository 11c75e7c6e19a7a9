"""Whether another program has a file open for writing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pytoon_pipeline.runtime import leases


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux grants leases")
def test_on_linux_a_writer_is_seen_until_it_closes_the_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("begin")
    assert not leases.open_for_writing(path)
    with path.open("a"):
        assert leases.open_for_writing(path)
    with path.open():
        assert not leases.open_for_writing(path)


def test_a_missing_file_is_not_being_written(tmp_path: Path) -> None:
    assert not leases.open_for_writing(tmp_path / "none")


def test_elsewhere_the_modules_load_and_only_time_tells(tmp_path: Path) -> None:
    """As on macOS: without F_SETLEASE the inbox and the locks load, and no file counts as being written."""
    code = (
        "import fcntl, sys, zoneinfo; sys.platform = 'darwin'; del fcntl.F_SETLEASE, fcntl.F_SETSIG\n"
        "from pathlib import Path; from pytoon_pipeline.intake.inbox_folder import FolderInbox\n"
        "from pytoon_pipeline.runtime.locks import slot\n"
        "folder = Path(sys.argv[1]); file = (folder / 'a.mp4').open('w')\n"
        "assert not FolderInbox(folder).being_written('a.mp4')\n"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, env=dict(os.environ))
