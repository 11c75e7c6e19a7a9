"""Rendering segments: each on its own, several at a time, every one found again when nothing in it changed."""

import os
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from pytoon_pipeline.media import ffmpeg, fonts
from pytoon_pipeline.rendering import captions
from pytoon_pipeline.rendering.composing import compose
from pytoon_pipeline.rendering.jobs import Job, Source

PIPE_BYTES = 1 << 20
F_SETPIPE_SZ = 1031


def render(job: Job, sources: Mapping[str, Source], out: Path, workroom: Path) -> None:
    """Encodes the pictures of ``job`` into the MP4 file ``out``. Raises ``EngineFault`` when ffmpeg fails."""
    command, environment = _command(job, out, workroom)
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environment, bufsize=0
    ) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        try:
            _widen(process.stdin.fileno())
            with suppress(BrokenPipeError):
                for sheet in compose(job, sources):
                    for plane in (sheet.y, sheet.u, sheet.v):
                        _write(process.stdin.fileno(), plane.data.cast("B"))
            process.stdin.close()
            said = process.stderr.read().decode("utf-8", "replace")
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        raise ffmpeg.fault(said)


def side_by_side(count: int) -> ThreadPoolExecutor:
    """Workers for ``count`` segments: one a processor that this process may use."""
    return ThreadPoolExecutor(max(1, min(count, processors())), thread_name_prefix="segment")


def processors() -> int:
    """Processors that this process may use; where the system cannot tell, all there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _command(job: Job, out: Path, workroom: Path) -> tuple[list[str], dict[str, str]]:
    import ffmpeg as graph

    environment = dict(os.environ)
    stream = graph.input(
        "pipe:", format="rawvideo", pix_fmt="yuv420p", s=f"{job.width}x{job.height}", framerate=str(job.rate)
    ).filter("setparams", range="tv", color_primaries="bt709", color_trc="bt709", colorspace="bt709")
    if job.events:
        script, folder = workroom / "captions.ass", workroom / "fonts"
        captions.write(job.events, job.style, job.width, job.height, job.rate, script)
        used = fonts.with_fallbacks(job.style.font)
        environment["FONTCONFIG_FILE"] = str(fonts.configure(folder, *used))
        stream = stream.filter("ass", filename=str(script), fontsdir=str(folder))
    stream = stream.output(
        str(out), format="mp4", video_track_timescale=job.rate.numerator, **job.encoder.options(job.rate)
    ).global_args("-hide_banner", "-nostdin", "-loglevel", "error", "-filter_threads", "1")
    return stream.compile(cmd=ffmpeg.program(), overwrite_output=True), environment


def _write(pipe: int, data: memoryview) -> None:
    while data:
        data = data[os.write(pipe, data) :]


def _widen(pipe: int) -> None:
    """A larger pipe wakes both sides less often. Where that is not allowed, the usual size works too."""
    import fcntl

    with suppress(OSError):
        fcntl.fcntl(pipe, F_SETPIPE_SZ, PIPE_BYTES)
