"""The encode floor: what it takes to encode finished frames alone, from memory, with the settings of the manifest."""

import os
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from pytoon_pipeline.media import ffmpeg
from pytoon_pipeline.media.encoder import PICTURE
from pytoon_pipeline_tests.harness.timelines import RATE

# Raw planes carry no tags; without these ffmpeg would convert their colours.
TAGGED = "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709"
FRAME_BYTES = 1080 * 1920 * 3 // 2
MEMORY = "/dev/shm" if os.path.isdir("/dev/shm") else None


@contextmanager
def in_memory() -> Iterator[Path]:
    """A folder in memory."""
    with TemporaryDirectory(dir=MEMORY) as folder:
        yield Path(folder)


def decoded(video: Path, raw: Path) -> int:
    """Writes all pictures of a video as raw planes. Returns their number."""
    ffmpeg.run(["-v", "error", "-i", str(video), "-f", "rawvideo", "-pix_fmt", "yuv420p", "-y", str(raw)])
    return raw.stat().st_size // FRAME_BYTES


def encode(raw: Path, start: int, frames: int, threads: int, out: Path) -> None:
    options = PICTURE.options(RATE) | {"threads": threads}
    tagged = ["-vf", TAGGED]
    arguments = [text for name, value in options.items() for text in (f"-{name}", str(value))]
    subprocess.run(
        [ffmpeg.program(), "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", "1080x1920", "-r", "30",
         "-skip_initial_bytes", str(start * FRAME_BYTES), "-i", str(raw), "-frames:v", str(frames), *tagged, *arguments,
         "-f", "mp4", str(out)],
        check=True,
    )  # fmt: skip


def floor(raw: Path, frames: int) -> tuple[float, float]:
    """Seconds for one encode with x264's default threads, and for two halves in parallel with one thread each."""
    began = time.perf_counter()
    encode(raw, 0, frames, 0, raw.with_name("whole.mp4"))
    one = time.perf_counter() - began
    half = frames // 2
    parts = [(0, half), (half, frames - half)]
    began = time.perf_counter()
    with ThreadPoolExecutor(2) as workers:
        list(workers.map(lambda part: encode(raw, *part, 1, raw.with_name(f"part-{part[0]}.mp4")), parts))
    return one, time.perf_counter() - began
