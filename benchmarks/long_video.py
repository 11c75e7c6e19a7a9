"""A talk of ten minutes as a 1080p video, compared with one of a minute.

``python -m benchmarks.long_video [TALK] [--seconds 600] [--out FOLDER]``. The talk is enlarged to 1920×1080, repeated,
and has subtitles, so that no transcriber takes part. Measured: peak memory of ``pytoon render`` with all its processes,
and how many segments are rendered after one word of the transcript has changed; for both renders, the time of quality
control per minute of video. With ``--out``, a run that was interrupted goes on with the video that was not finished.
"""

import argparse
import json
import os
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.memory import family, size
from benchmarks.steps import step
from pytoon_pipeline.media import ffmpeg
from pytoon_pipeline_tests.harness.machine import machine
from pytoon_pipeline_tests.harness.timelines import SAMPLE

SHORT_SECONDS = 60
# Every sentence has words of its own, so that one word can be changed.
SENTENCE_SECONDS, SENTENCE = 3, "sentence number {number} of this very long talk"
REQUEST = """
outputs: ["16:9"]
max_seconds: 600
platform: youtube
adjust:
  silence: {remove: false}
"""


def talk(source: Path, seconds: int, folder: Path) -> Path:
    """A folder with ``source`` as 1080p, repeated for ``seconds``, its subtitles and a request."""
    folder.mkdir(exist_ok=True)
    once = folder.with_suffix(".mp4")
    ffmpeg.run([
        "-v", "error", "-i", str(source), "-vf", "scale=1920:1080,fps=30", "-c:v", "libx264", "-preset", "veryfast",
        "-crf", "23", "-c:a", "aac", "-y", str(once),
    ], timeout=600)  # fmt: skip
    ffmpeg.run([
        "-v", "error", "-stream_loop", "-1", "-i", str(once), "-t", str(seconds), "-c", "copy",
        "-y", str(folder / "talk.mp4"),
    ], timeout=600)  # fmt: skip
    numbers = range(seconds // SENTENCE_SECONDS)
    (folder / "talk.srt").write_text("\n".join(map(cue, numbers)))
    (folder / "request.yaml").write_text(REQUEST)
    return folder


def cue(number: int) -> str:
    """One sentence as SubRip has it."""
    times = (clock((number + n) * SENTENCE_SECONDS) for n in (0, 1))
    return f"{number + 1}\n{' --> '.join(times)}\n{SENTENCE.format(number=number)}.\n"


def clock(seconds: float) -> str:
    """A time as SubRip writes it."""
    whole = int(seconds)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02},000"


def command(home: Path, *arguments: str) -> tuple[dict[str, Any], float]:
    """What ``pytoon`` prints as JSON, and the peak memory of all its processes in megabytes."""
    environment = os.environ | {"PYTOON_HOME": str(home)}
    process = subprocess.Popen(
        [sys.executable, "-m", "pytoon_pipeline.cli.main", *arguments, "--json"],
        stdout=subprocess.PIPE, env=environment,
    )  # fmt: skip
    most, over = 0, threading.Event()

    def watch() -> None:
        nonlocal most
        while not over.wait(0.2):
            most = max(most, sum(size(pid) for pid in family(process.pid)))

    watcher = threading.Thread(target=watch)
    watcher.start()
    printed, _ = process.communicate()
    over.set()
    watcher.join()
    return json.loads(printed), most / 1024


def measure(source: Path, seconds: int, folder: Path) -> dict[str, Any]:
    """What a video of ``seconds`` costs, in a home of its own."""
    home, upload = folder / f"home-{seconds}", folder / f"talk-{seconds}"
    if not (upload / "request.yaml").exists():
        talk(source, seconds, upload)
    began = time.perf_counter()
    rendered, megabytes = command(home, "render", str(upload))
    wall = time.perf_counter() - began
    if rendered["error"]:
        raise SystemExit(json.dumps(rendered["error"]))
    return {
        "status": rendered["status"],
        "wall_seconds": round(wall, 1),
        "megabytes": round(megabytes),
        "qc_seconds_per_minute": per_minute(rendered, seconds),
        "findings": [one["code"] for one in rendered["qc"]["findings"]],
        "stages": {one["name"]: round(one["seconds"], 1) for one in rendered["stages"]},
        "segments": rendered["segments"],
        "one_word": one_word(home, rendered["key"], upload, seconds, folder),
    }


def one_word(home: Path, key: str, upload: Path, seconds: int, folder: Path) -> dict[str, Any]:
    """The segments that are rendered, and the time, after one word in the middle has become another."""
    file = folder / f"transcript-{seconds}.txt"
    command(home, "transcript", key, "--export", str(file))
    number = seconds // SENTENCE_SECONDS // 2
    before = SENTENCE.format(number=number)
    text = file.read_text()
    assert text.count(f"{before}.") == 1, text[:400]
    file.write_text(text.replace(f"{before}.", f"{before.replace('very', 'rather')}."))
    command(home, "transcript", key, "--apply", str(file))
    began = time.perf_counter()
    rendered, _ = command(home, "render", str(upload))
    return {
        "segments": rendered["segments"],
        "wall_seconds": round(time.perf_counter() - began, 1),
        "qc_seconds_per_minute": per_minute(rendered, seconds),
    }


def per_minute(rendered: dict[str, Any], seconds: int) -> float:
    """Seconds of quality control per minute of a video of ``seconds``."""
    return round(rendered["qc"]["seconds"] / seconds * 60, 3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("talk", type=Path, nargs="?", default=SAMPLE)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--out", type=Path, help="a folder that is kept; by default a temporary one")
    arguments = parser.parse_args()
    with TemporaryDirectory() as name:
        folder = arguments.out or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        found = {
            seconds: step(folder, str(seconds), partial(measure, arguments.talk, seconds, folder))
            for seconds in (SHORT_SECONDS, arguments.seconds)
        }
    print(json.dumps({"videos": found, "machine": machine()}, indent=2))


if __name__ == "__main__":
    main()
