"""What changing one word of a talk of a minute costs, as a user does it: ``pytoon transcript --apply``, and rendering.

``python -m benchmarks.word_edit CLIP…``. The talk shows the clips one after the other at 720p, again and again. The
first render has nothing stored. Wall time is that of the processes, with all imports; processor time that of all their
threads. With ``--standby``, the edit runs on a standby process (``pytoon standby``).
"""

import argparse
import json
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import psutil

from benchmarks.edit import hashes
from pytoon_pipeline.media import ffmpeg
from pytoon_pipeline_tests.harness.machine import machine

SECONDS = 62
PROGRAM = (sys.executable, "-m", "pytoon_pipeline.cli.main")
FIT = "scale=1280:720:force_original_aspect_ratio=decrease,pad=1280:720:-1:-1,setsar=1,fps=30"
# A line of an exported transcript with a sentence: its time comes first.
SENTENCE = re.compile(r"[\d:.\[(]+.*[a-z]")
# The length of the video is that of the talk.
KEEP_SILENCE = ("--set", "silence.remove=false")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("clips", nargs="+", type=Path)
    parser.add_argument("--standby", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        talk, text = make_talk(folder, options.clips), folder / "talk.txt"
        cold, first = timed(folder, "render", str(talk), *KEEP_SILENCE)
        before = hashes(Path(first["video"]))
        with standby(folder) if options.standby else nullcontext() as server:
            timed(folder, "transcript", first["name"], "--export", str(text))
            words = change_word(text)
            apply, _ = timed(folder, "transcript", first["name"], "--apply", str(text), server=server)
            edit, second = timed(folder, "render", str(talk), *KEEP_SILENCE, server=server)
        after = hashes(Path(second["video"]))
    changed = [n for n, (a, b) in enumerate(zip(before, after, strict=True)) if a != b]
    print(json.dumps({
        "seconds": {"cold": cold, "apply": apply, "render": edit},
        "processor_share": round((apply["processor"] + edit["processor"]) / cold["processor"], 4),
        "changed": {"words": words, "frames": [changed[0], changed[-1]], "of": len(before)},
        "stages": {one["name"]: round(one["seconds"], 2) for one in second["stages"] if one["status"] == "computed"},
        "machine": machine(),
    }, indent=2))  # fmt: skip
    return 0


def make_talk(folder: Path, clips: list[Path]) -> Path:
    """The clips in turn until ``SECONDS`` are over."""
    inputs = [text for clip in clips for text in ("-i", str(clip))]
    fitted = ";".join(f"[{n}:v:0]{FIT}[v{n}];[{n}:a:0]aresample=44100[a{n}]" for n in range(len(clips)))
    joined = "".join(f"[v{n}][a{n}]" for n in range(len(clips))) + f"concat=n={len(clips)}:a=1[v][a]"
    one, talk = folder / "round.mp4", folder / "talk.mp4"
    ffmpeg.run(
        ["-v", "error", *inputs, "-filter_complex", f"{fitted};{joined}", "-map", "[v]", "-map", "[a]", str(one)]
    )
    ffmpeg.run(["-v", "error", "-stream_loop", "-1", "-i", str(one), "-c", "copy", "-t", str(SECONDS), str(talk)])
    return talk


def change_word(text: Path) -> list[str]:
    """Changes the last word of the sentence in the middle: what it was, and what it is."""
    lines = text.read_text().splitlines()
    spoken = [n for n, line in enumerate(lines) if SENTENCE.match(line)]
    place = spoken[len(spoken) // 2]
    start, old = lines[place].rsplit(" ", 1)
    lines[place] = f"{start} another"
    text.write_text("\n".join([*lines, ""]))
    return [old, "another"]


def timed(
    folder: Path, *arguments: str, server: psutil.Process | None = None
) -> tuple[dict[str, float], dict[str, Any]]:
    """The seconds that a command takes, of wall time and of processors, and what it prints."""
    began, used = time.perf_counter(), _processor_seconds(server)
    command = [*PROGRAM, *arguments, "--json"]
    environment = environment_of(folder)
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment)
    wall = time.perf_counter() - began
    return {"wall": round(wall, 2), "processor": round(_processor_seconds(server) - used, 2)}, json.loads(done.stdout)


@contextmanager
def standby(folder: Path) -> Iterator[psutil.Process]:
    """A standby process of its own, which has loaded everything."""
    command = [*PROGRAM, "standby"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment_of(folder)) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield psutil.Process(process.pid)
        process.send_signal(signal.SIGINT)


def environment_of(folder: Path) -> dict[str, str]:
    own = {"PYTOON_HOME": str(folder / "home"), "XDG_RUNTIME_DIR": str(folder)}
    return {"PYTOON_TRANSCRIBER": "pocketsphinx", **os.environ, **own}


def _processor_seconds(server: psutil.Process | None) -> float:
    """Of all processes that have ended: those of this one, and the commands that ``server`` ran."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    served = server.cpu_times() if server is not None else None
    return used.ru_utime + used.ru_stime + (served.children_user + served.children_system if served else 0.0)


if __name__ == "__main__":
    sys.exit(main())
