"""Atomic writes: a reader sees the complete new file, or the old one."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import lock_descriptor

from pytoon_pipeline.runtime import stopping

PART = ".part"
# A temporary file is locked an instant after it is created; younger ones are never swept.
MIN_SWEEP_AGE_SECONDS = 10.0


@contextmanager
def atomic_path(path: Path, tmp_folder: Path | None = None) -> Iterator[Path]:
    """Yields a temporary path on the same file system; on success the file is synced and renamed to ``path``.

    The temporary file is locked while this process lives; ``sweep`` removes what a killed process left.
    """
    tmp_folder = tmp_folder or path.parent
    for folder in {path.parent, tmp_folder}:
        folder.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=tmp_folder, prefix=".", suffix=PART)
    tmp_path = Path(name)
    try:
        lock_descriptor(descriptor)
        with stopping.cleanup(lambda: tmp_path.unlink(missing_ok=True)):
            yield tmp_path
            atomic_replace(tmp_path, path)
    finally:
        tmp_path.unlink(missing_ok=True)
        os.close(descriptor)


def sweep(folder: Path) -> None:
    """Removes temporary files whose process has ended."""
    for path in folder.glob(f".*{PART}"):
        with suppress(OSError), path.open("r+b") as file:
            old = time.time() - path.stat().st_mtime > MIN_SWEEP_AGE_SECONDS
            if old and lock_descriptor(file.fileno(), blocking=False):
                path.unlink()


def atomic_replace(tmp_path: Path, path: Path) -> None:
    """Syncs the finished file ``tmp_path`` and renames it to ``path``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tmp_path.open("rb") as file:
        os.fsync(file.fileno())
    tmp_path.chmod(0o644)
    tmp_path.replace(path)


def write_bytes(path: Path, data: bytes, tmp_folder: Path | None = None) -> None:
    """Replaces the content of ``path`` by ``data``."""
    with atomic_path(path, tmp_folder) as tmp_path:
        tmp_path.write_bytes(data)


def copy_file(source: Path, target: Path, tmp_folder: Path | None = None) -> None:
    """Copies ``source`` to ``target``. The copy shares no bytes, so a later edit of one does not change the other."""
    with atomic_path(target, tmp_folder) as tmp_path:
        shutil.copyfile(source, tmp_path)
