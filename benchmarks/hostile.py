"""How hostile uploads are handled: rejected with a typed error, or accepted; with the time and memory that takes.

``python -m benchmarks.hostile [--count N] [--seed N] [--whole] [--keep DIR]``. Each upload is given to ``pytoon render
--json`` in a process of its own with a home of its own. Those processes are forked from one that has loaded the product
and its detectors; so seconds are without the start of Python (``load_seconds``), and megabytes are with all of it.

An upload counts as accepted when its plan is complete, and its process is ended there: all that looks at the file has
then looked at it. With ``--whole`` accepted ones are rendered to their end. Memory is what is resident of the process
and all its children, sampled 50 times a second, or the peak that the kernel kept of one of them, if that is more.

Offenders are: an error without a type (``internal``, a failing ffmpeg), a traceback, a signal, no answer within
60 s or 4 GB, and a rejection that takes more than 10 s or 1 GB.
"""

import argparse
import json
import logging
import os
import shutil
import signal
import sys
import time
import traceback
from collections import Counter
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.memory import family
from pytoon_pipeline_tests.harness.hostile_files.make import make
from pytoon_pipeline_tests.harness.machine import machine

HEAVY = (
    "pytoon_pipeline.definitions", "pytoon_pipeline.planning.plan", "av", "cv2", "PIL.ImageCms", "mediapipe",
    "scenedetect", "pocketsphinx", "pyarrow.parquet", "uharfbuzz", "numba",
)  # fmt: skip
MAX_SECONDS, MAX_BYTES = 10.0, 1 << 30
HANGING_SECONDS, FLOODING_BYTES = 60.0, 4 << 30
# Codes of faults of the product, as opposed to rejections of the upload.
BROKEN = ("internal", "ffmpeg_failed")
PLANNED, WRONG_USAGE, ESCAPED = 0, 2, 70


@dataclass(frozen=True)
class Answer:
    """The outcome of one upload: *accepted*, *rejected* or what went wrong; ``code`` is that of its error."""

    upload: str
    outcome: str
    code: str
    message: str
    seconds: float
    megabytes: float

    @property
    def offends(self) -> bool:
        if self.outcome == "accepted":
            return False
        return self.outcome != "rejected" or self.seconds > MAX_SECONDS or self.megabytes * 1e6 > MAX_BYTES


def ask(upload: Path, room: Path, whole: bool) -> Answer:
    """Renders one upload in a process of its own that works in ``room``."""
    room.mkdir()
    sys.stdout.flush()
    began = time.perf_counter()
    process = os.fork()
    if not process:
        _render(upload, room, whole)
    status, most, ended = 0, 0, None
    while True:
        done, status, used = os.wait4(process, os.WNOHANG)
        if done:
            break
        most = max(most, sum(map(resident, family(process))))
        if ended is None and (time.perf_counter() - began > HANGING_SECONDS or most > FLOODING_BYTES):
            ended = "floods" if most > FLOODING_BYTES else "hangs"
            os.killpg(process, signal.SIGKILL)
        time.sleep(0.02)
    seconds = time.perf_counter() - began
    most = max(most, used.ru_maxrss << 10)
    outcome, code, message = (ended, "", "") if ended else _said(room, os.waitstatus_to_exitcode(status))
    shutil.rmtree(room)
    label = os.fsencode(f"{upload.parent.name}/{upload.name}").decode("utf-8", "replace")
    return Answer(label[:120], outcome, code, message, round(seconds, 2), round(most / 1e6))


def _render(upload: Path, room: Path, whole: bool) -> None:
    """The life of a process that renders one upload. Never returns."""
    code = ESCAPED
    try:
        os.setpgid(0, 0)
        for number, name in ((1, "out"), (2, "err")):
            os.dup2(os.open(room / name, os.O_WRONLY | os.O_CREAT), number)
        os.environ.update(PYTOON_HOME=str(room / "home"), PYTOON_TRANSCRIBER="pocketsphinx")
        os.chdir(upload.parent)
        if not whole:
            _end_after("render_spec")
        from pytoon_pipeline.cli.main import main

        # The name is relative, so that names that start with a dash or look like an address are passed unchanged.
        code = main.main(["render", "--json", "--", upload.name])
        sys.stdout.flush()
    except SystemExit as error:
        code = int(error.code or 0)
    except BaseException:  # noqa: BLE001
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _end_after(stage: str) -> None:
    """Ends this process as soon as ``stage`` is done."""

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if hasattr(record, "status") and record.getMessage() == stage:
                os._exit(PLANNED)

    progress = logging.getLogger("pytoon.progress")
    progress.setLevel(logging.INFO)
    progress.addHandler(Listener())


def _said(room: Path, code: int) -> tuple[str, str, str]:
    """Outcome, code and message of a process that exited."""
    last = (room / "err").read_text("utf-8", "replace").strip().splitlines()[-1:]
    if code < 0:
        return "crashes", signal.Signals(-code).name, ""
    if code == PLANNED:
        return "accepted", "", ""
    if code == WRONG_USAGE:
        return "wrong usage", "", "".join(last)
    try:
        error = json.loads((room / "out").read_bytes())["error"]
    except (ValueError, KeyError):
        return "breaks", "traceback", "".join(last)[:300]
    return ("breaks" if error["code"] in BROKEN else "rejected"), error["code"], error["message"][:300]


def resident(process: int) -> int:
    """Resident bytes of a process; 0 when it has ended."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGESIZE")


def report(answers: list[Answer]) -> dict[str, Any]:
    rejected = [one for one in answers if one.outcome == "rejected"]
    slow = sorted(rejected, key=lambda one: -one.seconds)
    large = sorted(rejected, key=lambda one: -one.megabytes)
    return {
        "uploads": len(answers),
        "outcomes": Counter(one.outcome for one in answers),
        "codes": dict(Counter(one.code for one in rejected).most_common()),
        "slowest_rejections": [[one.upload, one.seconds] for one in slow[:3]],
        "largest_rejections": [[one.upload, one.megabytes] for one in large[:3]],
        "slowest_accepted": max((one.seconds for one in answers if one.outcome == "accepted"), default=0),
        "largest_accepted": max((one.megabytes for one in answers if one.outcome == "accepted"), default=0),
        "offenders": [asdict(one) for one in answers if one.offends],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--whole", action="store_true", help="render what is accepted to its end")
    parser.add_argument("--all", action="store_true", help="also list the answer to each upload")
    options = parser.parse_args()
    with TemporaryDirectory() as name:
        began = time.perf_counter()
        uploads = make(Path(name) / "uploads", options.count, options.seed)
        made = time.perf_counter()
        for module in HEAVY:
            import_module(module)
        loaded = time.perf_counter()
        answers = [ask(upload, Path(name) / "room", options.whole) for upload in uploads]
    result = report(answers) | {
        "make_seconds": round(made - began, 1), "load_seconds": round(loaded - made, 2),
        "seconds": round(time.perf_counter() - loaded, 1), "machine": machine(),
    }  # fmt: skip
    if options.all:
        result["answers"] = [asdict(one) for one in answers]
    print(json.dumps(result, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
