"""A disk that is filled on purpose, before a run and during one: the run reports it, and resumes later.

Mounts a small tmpfs, for which it must be root. ``python -m benchmarks.full_disk`` prints a JSON object.
"""

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pytoon_pipeline.catalog.inbox_index import InboxIndex
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.fingerprint import hash_files
from pytoon_pipeline_tests.harness.daemon_harness import (
    Daemon,
    daemon_running,
    edited_presets,
    home_at,
    settled,
    wait_until,
)
from pytoon_pipeline_tests.harness.machine import machine
from pytoon_pipeline_tests.harness.upload_fixtures import mixed

MEGABYTE = 1 << 20
SIZE = 500 * MEGABYTE


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="pytoon-full-") as folder, small_disk(Path(folder)) as disk:
        found = [
            measure(disk, "before the run", 100 * MEGABYTE, in_the_middle=False),
            measure(disk, "in its middle", 0, in_the_middle=True),
            measure(disk, "in its middle, with nothing kept free", 0, in_the_middle=True, kept_free=0),
        ]
        print(json.dumps({"disk_bytes": SIZE, "cases": found, "machine": machine()}))


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def measure(
    disk: Path, name: str, left: int, *, in_the_middle: bool, kept_free: int | None = None
) -> dict[str, object]:
    home = home_at(disk / "home")
    home.inbox.mkdir(parents=True)
    uploads, drop = Uploads(home), next(one for one in mixed(5) if one.name == "clip-0.mp4")
    env = {} if kept_free is None else {"PYTOON_PRESETS": str(edited_presets(disk, min_free_bytes=kept_free))}
    with daemon_running(Daemon(home, env)):
        drop.put(home.inbox / drop.name)
        began = time.time()
        if in_the_middle:
            wait_until(lambda: any((home.store / "artifacts").rglob("*.json")), 120, 0.02)
        else:
            wait_until(lambda: bool(uploads.pending()), 120, 0.02)
        fill(disk / "filler", left)
        said = wait_until(lambda: bool(uploads.failures()), 120, 0.2)
        codes = {f"{record.category}: {record.message}" for record in uploads.failures().values()}
        time.sleep(8)  # a few tries fail
        (disk / "filler").unlink()
        emptied = time.time()
        done = wait_until(lambda: bool(InboxIndex(home).rows()) and settled(home), 300)
        ended = time.time()
    (video,) = home.outbox.rglob("*.mp4") if done else [None]
    found = {
        "filled": name, "run_said_so": said, "said": sorted(codes), "completed_after_space_was_made": video is not None,
        "seconds_until_then": round(ended - emptied, 1), "seconds": round(ended - began, 1),
        "damaged_objects": damaged(home), "left_behind": [path.name for path in home.work.glob("room-*")],
    }  # fmt: skip
    shutil.rmtree(home.root)
    return found


def fill(path: Path, left: int) -> None:
    """Fills the disk but for ``left`` bytes."""
    with path.open("wb", buffering=0) as file:
        try:
            while shutil.disk_usage(path.parent).free > left:
                file.write(bytes(min(MEGABYTE, max(4096, shutil.disk_usage(path.parent).free - left))))
        except OSError:
            return  # to the brim


def damaged(home: Home) -> list[str]:
    objects = (path for path in (home.store / "objects").rglob("*") if path.is_file())
    return [path.name for path in objects if hash_files(path) != path.name]


if __name__ == "__main__":
    main()
