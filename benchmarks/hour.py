"""Ten highlights of a talk of an hour: peak memory, the time of each step, and whether cuts respect the words.

``python -m benchmarks.hour CLIP… [--folder FOLDER] [--minutes 60] [--limit SECONDS]``. The talk shows the clips again
and again. Their own sound is heard in every fourth round; in the others, espeak-ng says the talks with planted
highlights. Analysing it takes long: with ``--limit`` the benchmark ends after so many seconds, and the next call with
the same ``FOLDER`` goes on from what is stored. Memory is the proportional set size of the process and all its
children, sampled twice a second.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import wave
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.memory import family, size
from pytoon_pipeline.media import ffmpeg
from pytoon_pipeline_tests.harness.machine import machine
from pytoon_pipeline_tests.harness.planted_talks import planted_talks
from pytoon_pipeline_tests.harness.synthetic_speech import RATE, speak

COUNT, WIDTH, HEIGHT, FPS, REAL_EVERY = 10, 640, 360, 25, 4
VOICES = (("en-us", 150, 45), ("en-us+f3", 160, 55), ("en-us+m3", 145, 40))
# The plants are told apart from what stands around them by pauses of ordinary length.
PAUSE_SECONDS = (0.3, 0.8)
# A cut this close to the edge of a word does not cut it.
EDGE_SECONDS = 0.02
CONVERSION_SECONDS = 900.0

ANALYSE = """
import json, sys, time
from pathlib import Path
from pytoon_pipeline.intake.ingest import store_upload
from pytoon_pipeline.operations.highlights import find_highlights
from pytoon_pipeline.operations.work_ahead import analyse
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.service.sources import RequestOptions
from pytoon_pipeline.store.store import Store, run_to_end
home, began = Home(Path(sys.argv[1])), time.perf_counter()
store = Store(home.store, home.work)
asked = RequestOptions(assignments=(f"highlights={sys.argv[3]}",)).read(Path(sys.argv[2]))
request = asked.request.model_dump(mode="json", exclude_unset=True)
talk = run_to_end(store_upload(store, asked.files, asked.title, request))
found = find_highlights(home, store, talk)
seconds = time.perf_counter() - began
[silence] = analyse(home, store, talk).results.silences.items.values()
print(json.dumps({
    "seconds": seconds,
    "highlights": [one.model_dump(mode="json") for one in found],
    "words": [(word.start, word.end) for word in silence.value.words],
    "speech": [(one.start, one.end) for one in silence.value.speech],
}))
"""
RENDER = """
import json, sys, time
from pathlib import Path
from pytoon_pipeline.cli.rendering import open_runner
from pytoon_pipeline.contracts.progress import Noted
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.service.render import RenderTask, render
from pytoon_pipeline.service.sources import RequestOptions
began, starts = time.perf_counter(), []
def progress(event):
    if isinstance(event, Noted) and event.note.code == "highlight":
        starts.append(time.perf_counter() - began)
options = RequestOptions(assignments=(f"highlights={sys.argv[3]}",))
result = render(Home(Path(sys.argv[1])), RenderTask(Path(sys.argv[2]), options), open_runner, progress)
print(json.dumps({
    "wall_seconds": time.perf_counter() - began,
    "starts": starts,
    "videos": [(one.title, one.status, one.qc_score, one.video) for one in result.highlights],
}))
"""


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("clips", nargs="+", type=Path)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--limit", type=float, default=float("inf"))
    options = parser.parse_args()
    end = time.monotonic() + options.limit
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.folder or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        if not (talk := folder / "hour.mp4").exists():
            make_talk(folder, options.clips, options.minutes * 60).replace(talk)
        steps = {name: step(folder, name, code, talk, end) for name, code in (("analyse", ANALYSE), ("render", RENDER))}
    print(json.dumps(figures(**steps) | {"machine": machine()} if all(steps.values()) else steps, indent=2))
    return 0


def make_talk(folder: Path, clips: list[Path], seconds: float) -> Path:
    """A talk of ``seconds`` that shows ``clips`` in rounds."""
    parts = [_normalised(folder, number, clip) for number, clip in enumerate(clips)]
    listed, round_path, audio, made = (folder / name for name in ("list.txt", "round.mp4", "talk.wav", "made.mp4"))
    listed.write_text("".join(f"file '{part.name}'\n" for part in parts))
    ffmpeg.run(["-v", "error", "-f", "concat", "-i", str(listed), "-c", "copy", "-y", str(round_path)])
    sound, _ = ffmpeg.run(["-v", "error", "-i", str(round_path), "-f", "s16le", "-ac", "1", "-ar", str(RATE), "-"])
    real = np.frombuffer(sound, np.int16)
    with wave.open(str(audio), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(_sound(real, int(seconds * RATE)).tobytes())
    ffmpeg.run([
        "-v", "error", "-stream_loop", "-1", "-i", str(round_path), "-i", str(audio), "-map", "0:v", "-map", "1:a",
        "-c:v", "copy", "-c:a", "aac", "-b:a", "64k", "-t", str(seconds), "-y", str(made),
    ], timeout=CONVERSION_SECONDS)  # fmt: skip
    return made


def _normalised(folder: Path, number: int, clip: Path) -> Path:
    path = folder / f"clip-{number}.mp4"
    fit = f"scale={WIDTH}:{HEIGHT}:force_original_aspect_ratio=decrease,pad={WIDTH}:{HEIGHT}:-1:-1,setsar=1,fps={FPS}"
    ffmpeg.run([
        "-v", "error", "-i", str(clip), "-vf", fit, "-c:v", "libx264", "-crf", "26", "-pix_fmt", "yuv420p", "-c:a",
        "aac", "-ac", "1", "-ar", str(RATE), "-shortest", "-y", str(path),
    ])  # fmt: skip
    return path


def _sound(real: NDArray[np.int16], length: int) -> NDArray[np.int16]:
    """``length`` samples: rounds of synthetic talks, and in every fourth round the sound of the clips."""
    chance, found, total, number = random.Random(7), [], 0, 0
    talks = [(one, group["shared"]) for group in planted_talks().values() for one in group["talks"]]
    while total < length:
        if number % REAL_EVERY == REAL_EVERY - 1:
            part = real
        else:
            one, shared = talks[number % len(talks)]
            own = [*chance.sample(one["own"], 8), *chance.sample(shared, 3), chance.choice(one["planted"])]
            said = [speak([text], (VOICES[number % len(VOICES)],)).samples for text in chance.sample(own, len(own))]
            pauses = (np.zeros(int(chance.uniform(*PAUSE_SECONDS) * RATE), np.int16) for _ in said)
            whole = np.concatenate([piece for pair in zip(said, pauses, strict=True) for piece in pair])
            part = np.pad(whole[: len(real)], (0, max(0, len(real) - len(whole))))
        found.append(part)
        total, number = total + len(part), number + 1
    return np.concatenate(found)[:length]


def step(folder: Path, name: str, code: str, talk: Path, end: float) -> dict[str, Any] | None:
    """What the step has found, now or in an earlier call; ``None`` when the time does not suffice."""
    path = folder / f"{name}.json"
    known = json.loads(path.read_text()) if path.exists() else {"megabytes": 0.0, "calls_seconds": 0.0}
    if "found" in known or time.monotonic() >= end:
        return known if "found" in known else None
    began = time.monotonic()
    megabytes, printed = watched(code, [str(folder / "home"), str(talk), str(COUNT)], end)
    known["megabytes"] = max(known["megabytes"], megabytes)
    known["calls_seconds"] += time.monotonic() - began
    if printed is not None:
        known["found"] = json.loads(printed)
    path.write_text(json.dumps(known))
    return known if printed is not None else None


def watched(code: str, arguments: list[str], end: float) -> tuple[float, str | None]:
    """Peak megabytes of a Python process, and what it prints; ``None`` when it was stopped at ``end``."""
    environment = {"PYTOON_TRANSCRIBER": "pocketsphinx", **os.environ, "PYTOON_HOME": arguments[0]}
    command = [sys.executable, "-c", code, *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, start_new_session=True)
    most, over = 0, threading.Event()

    def watch() -> None:
        nonlocal most
        while not over.wait(0.5):
            most = max(most, sum(size(pid) for pid in family(process.pid)))
            if time.monotonic() >= end:
                # What is computed so far is stored; asked politely, it would first end what it is doing.
                os.killpg(process.pid, signal.SIGKILL)
                return

    watcher = threading.Thread(target=watch)
    watcher.start()
    printed, _ = process.communicate()
    over.set()
    watcher.join()
    if process.returncode and time.monotonic() < end:
        raise RuntimeError(f"The benchmark's process ended with {process.returncode}.")
    return round(most / 1024, 1), None if process.returncode else printed


def figures(analyse: dict[str, Any], render: dict[str, Any]) -> dict[str, Any]:
    found, made = analyse["found"], render["found"]
    highlights, words = found["highlights"], found["words"]
    borders = [one[end] for one in highlights for end in ("start", "end")]
    inside = [
        time for span in found["speech"] for time in span if any(h["start"] <= time <= h["end"] for h in highlights)
    ]
    spans = sorted((one["start"], one["end"]) for one in highlights)
    ends = [*made["starts"][1:], made["wall_seconds"]]
    renders = [round(end - start, 1) for start, end in zip(made["starts"], ends, strict=True)]
    return {
        "analysis": {"seconds": round(analyse["calls_seconds"]), "peak_megabytes": analyse["megabytes"]},
        "words": len(words),
        "highlights": [[round(start, 1), round(end, 1)] for start, end in spans],
        "overlapping": sum(after[0] < before[1] for before, after in pairwise(spans)),
        "borders_inside_words": _inside(borders, words),
        "cuts_inside_words": _inside(inside, words),
        "renders_seconds": renders,
        "seconds_beside_renders": round(made["wall_seconds"] - sum(renders), 2),
        "render_peak_megabytes": render["megabytes"],
        "videos": made["videos"],
    }


def _inside(times: list[float], words: list[list[float]]) -> int:
    starts, ends = (np.array(words).reshape(-1, 2) + np.array([EDGE_SECONDS, -EDGE_SECONDS])).T
    return sum(bool(((starts < time) & (time < ends)).any()) for time in times)


if __name__ == "__main__":
    sys.exit(main())
