"""Peak memory of rendering against the length of the video, and of analysing sources up to an hour long.

``python -m benchmarks.memory``. Memory is the proportional set size of the process and all its children together,
sampled 20 times a second.
"""

import json
import subprocess
import sys
import threading
from pathlib import Path
from tempfile import TemporaryDirectory

from pytoon_pipeline.media import ffmpeg
from pytoon_pipeline_tests.harness.machine import machine
from pytoon_pipeline_tests.harness.timelines import SAMPLE, clip

RENDER = """
import sys
from pathlib import Path
from pytoon_pipeline_tests.harness.timelines import footage
from benchmarks.render import rendered
folder = Path(sys.argv[1])
rendered(footage(folder, float(sys.argv[2])), folder / "out")
"""
# The whole analysis without transcription, which takes long and needs constant memory.
ANALYSE = """
import sys
from pathlib import Path
from pytoon_pipeline.contracts.analysis import Transcript
from pytoon_pipeline.contracts.preset import SilenceSettings
from pytoon_pipeline.media import audio, loudness
from pytoon_pipeline.media.probing import probe
from pytoon_pipeline.config.presets import load_limits
from pytoon_pipeline.analysis.speech.silence import find_silence
from pytoon_pipeline.analysis.vision import faces, focus, shots
from pytoon_pipeline.analysis.vision.sampling import sample
path, folder = Path(sys.argv[2]), Path(sys.argv[1])
info = probe(path)
audio.extract(path, info.audio, info.video.start, 7200, folder / "audio.wav")
loudness.integrated(folder / "audio.wav")
samples = sample(path, info.video, load_limits(), folder)
nothing = Transcript(words=(), language="", transcriber=None)
find_silence(audio.load(folder / "audio.wav"), 16000, nothing, SilenceSettings())
faces.detect(samples)
focus.find(samples)
shots.find(samples.every_frame(), samples.record.frames / samples.record.seconds)
"""


def peak(code: str, *arguments: str) -> float:
    """Peak megabytes of a Python process that runs ``code``, with its children."""
    process = subprocess.Popen([sys.executable, "-c", code, *arguments])
    most = 0
    over = threading.Event()

    def watch() -> None:
        nonlocal most
        while not over.wait(0.05):
            most = max(most, sum(size(pid) for pid in family(process.pid)))

    watcher = threading.Thread(target=watch)
    watcher.start()
    code_of_end = process.wait()
    over.set()
    watcher.join()
    assert code_of_end == 0
    return round(most / 1024, 1)


def family(pid: int) -> list[int]:
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*"):
        try:
            children = (task / "children").read_text().split()
        except OSError:
            continue
        found += [one for child in children for one in family(int(child))]
    return found


def size(pid: int) -> int:
    """Proportional set size in kilobytes; 0 for a process that has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def long_source(folder: Path, seconds: int) -> Path:
    path = folder / f"long-{seconds}.mp4"
    ffmpeg.run([
        "-v", "error", "-stream_loop", "-1", "-i", str(SAMPLE), "-t", str(seconds), "-vf", "scale=640:360", "-c:v",
        "libx264", "-preset", "ultrafast", "-crf", "30", "-g", "250", "-c:a", "aac", "-b:a", "64k", "-y", str(path),
    ])  # fmt: skip
    return path


def main() -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        for seconds in (10, 30, 60):
            clip(folder, seconds)
        renders = {seconds: peak(RENDER, name, str(seconds)) for seconds in (10, 30, 60)}
        sources = {}
        for seconds in (60, 600, 3600):
            path = long_source(folder, seconds)
            sources[seconds] = peak(ANALYSE, name, str(path))
            path.unlink()
    print(json.dumps({"render_megabytes": renders, "analysis_megabytes": sources, "machine": machine()}, indent=2))


if __name__ == "__main__":
    main()
