"""How long ``pytoon status`` takes with many uploads: the whole command, from its start to its end.

``python -m benchmarks.status --uploads 10000`` makes a home with so many uploads in all states, each finished one with
its video, two versions, notes and attempts, and runs the command a few times.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from pytoon_pipeline.catalog.database import Database
from pytoon_pipeline.catalog.records import put_attempt, put_delivery, put_failure, put_upload, request_digest
from pytoon_pipeline.contracts.attempt import Attempt
from pytoon_pipeline.contracts.degradation import Degradation, Reason
from pytoon_pipeline.contracts.media import SourceItem, SourceMedia
from pytoon_pipeline.contracts.spec.render_spec import Note
from pytoon_pipeline.contracts.status import DeliveryRecord, FailureRecord
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.fingerprint import hash_value
from pytoon_pipeline_tests.harness.daemon_harness import home_at
from pytoon_pipeline_tests.harness.machine import machine, spread

COMMANDS = {
    "plain": ("status",),
    "json": ("status", "--json"),
    "all": ("status", "--all"),
    "one": ("status", "offer-7"),
    "help": ("--help",),
}
DEGRADED = Degradation(reasons=(Reason(kind="simplified", code="simplified", message="2 attempts failed."),))
NOTES = (
    Note(code="no_sound", message="The clip has no sound."),
    Note(code="cropped", message="The sides are cut off."),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--uploads", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pytoon-status-") as name:
        home = home_at(Path(name) / "home")
        fill(home, options.uploads)
        env = {**os.environ, "PYTOON_HOME": str(home.root)}
        seconds = {label: [run(command, env) for _ in range(options.runs)] for label, command in COMMANDS.items()}
    print(json.dumps({
        "benchmark": "status", "uploads": options.uploads, "machine": machine(),
        **{f"{label}_seconds": spread(taken) for label, taken in seconds.items()},
    }))  # fmt: skip


def fill(home: Home, count: int) -> None:
    """Uploads in all states: of ten, six are completed, and one each is degraded, failed, waiting and held."""
    with Database(home).write() as database:
        for number in range(count):
            key, at = f"{number:032x}", 1.7e9 + number
            item = SourceItem(
                name=f"{number}.mp4", sha256=hash_value(number), bytes=1000, origin=f"/media/{number}.mp4"
            )
            upload = SourceMedia(
                key=key, title=f"offer {number}", items=(item,), request={"text": {"hook": "Half price"}}
            )
            put_upload(database, upload, at)
            request = request_digest(upload)
            put_attempt(database, key, request, Attempt(number=1, plan="p", verdict="pass", score=97.0))
            if number % 10 == 8:
                failure = FailureRecord(
                    code="not_media", message="It is not a video.", hint="Use another file.", category="bug"
                )
                put_failure(database, key, failure.model_copy(update={"at": at}))
            elif number % 10 == 9:
                database.execute("update uploads set pending = ? where key = ?", (at, key))
            else:
                put_delivery(database, key, f"before {request}", delivered(home, upload, 1, number % 10))
                put_delivery(database, key, request, delivered(home, upload, 2, number % 10))


def delivered(home: Home, upload: SourceMedia, version: int, kind: int) -> DeliveryRecord:
    """A delivery whose video exists."""
    name = f"{upload.title.replace(' ', '-')}.v{version}"
    root = home.held if kind == 7 else home.outbox
    video = root / name / f"{name}.mp4"
    video.parent.mkdir(parents=True)
    video.touch()
    return DeliveryRecord(
        at=1.7e9, source=upload, seconds=12.0, verdict="pass", score=97.0, notes=NOTES, engine="local",
        preset="clean-product", presets="x", video=video.relative_to(home.root).as_posix(), held=kind == 7,
        degraded=DEGRADED if kind >= 6 else None,
    )  # fmt: skip


def run(command: Sequence[str], env: dict[str, str]) -> float:
    """The wall time of one command."""
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "pytoon_pipeline.cli.main", *command], check=True, env=env, stdout=subprocess.DEVNULL
    )
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
