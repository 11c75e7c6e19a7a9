"""The encode floor: what it takes to encode finished frames alone, from memory, with the settings of the manifest."""

import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.media import ffmpeg
from pytoon_pipeline.media.encoder import PICTURE
from pytoon_pipeline_tests.harness.cost import Cost, cheapest, cost_of
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
    ffmpeg.run(["-v", "error", "-i", str(video), "-f", "rawvideo", "-pix_fmt", "yuv420p", "-y", str(raw)], timeout=600)
    return raw.stat().st_size // FRAME_BYTES


def encode(raw: Path, start: int, frames: int, threads: int, out: Path, rate: FrameRate = RATE) -> None:
    options = PICTURE.options(rate) | {"threads": threads}
    tagged = ["-vf", TAGGED]
    arguments = [text for name, value in options.items() for text in (f"-{name}", str(value))]
    subprocess.run(
        [ffmpeg.program(), "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", "1080x1920", "-r",
         str(rate.fraction), "-skip_initial_bytes", str(start * FRAME_BYTES), "-i", str(raw), "-frames:v", str(frames),
         *tagged, *arguments, "-f", "mp4", str(out)],
        check=True,
    )  # fmt: skip


def encode_floor(raw: Path, frames: int, rate: FrameRate = RATE) -> Cost:
    """The least cost of two methods: one encode with x264's own number of threads, and two halves in parallel with one
    thread each. ``raw`` holds ``frames`` raw frames.
    """
    half = frames // 2
    parts = [(0, half), (half, frames - half)]

    def halves() -> None:
        with ThreadPoolExecutor(2) as workers:
            outs = [raw.with_name(f"part-{start}.mp4") for start, _ in parts]
            list(workers.map(lambda part, out: encode(raw, *part, 1, out, rate), parts, outs))

    return cheapest([cost_of(lambda: encode(raw, 0, frames, 0, raw.with_name("whole.mp4"), rate)), cost_of(halves)])
