"""Rendering segments: each on its own, several at a time, every one found again when nothing in it changed."""

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytoon_pipeline.contracts.media import VideoStream
from pytoon_pipeline.contracts.preset import CaptionStyle
from pytoon_pipeline.contracts.spec import Clip, RenderSpec, Segment
from pytoon_pipeline.contracts.timing import FrameRate
from pytoon_pipeline.media import ffmpeg
from pytoon_pipeline.media.encoder import PICTURE, PictureEncoder
from pytoon_pipeline.media.pictures import Picture, at_ticks
from pytoon_pipeline.planning.motion import Window, window_at
from pytoon_pipeline.rendering import captions, fonts
from pytoon_pipeline.rendering.captions import Event
from pytoon_pipeline.rendering.picture import show

PIPE_BYTES = 1 << 20
F_SETPIPE_SZ = 1031


@dataclass(frozen=True)
class Source:
    """A file in the store and its picture stream."""

    path: Path
    video: VideoStream


@dataclass(frozen=True)
class Run:
    """Consecutive source frames with the window over each."""

    item: str
    source_start: int
    windows: tuple[Window, ...]


@dataclass(frozen=True)
class Job:
    """All that decides the pictures of one segment, and nothing else."""

    width: int
    height: int
    rate: FrameRate
    runs: tuple[Run, ...]
    events: tuple[Event, ...]
    style: CaptionStyle
    encoder: PictureEncoder

    @property
    def frames(self) -> int:
        return sum(len(run.windows) for run in self.runs)

    def parameters(self, sources: Mapping[str, Source]) -> dict[str, Any]:
        """The job as plain values, for its fingerprint. The style counts only where there is text to style."""
        return {
            "size": [self.width, self.height],
            "rate": str(self.rate),
            "runs": [
                [run.source_start, [[round(value, 7) for value in window] for window in run.windows]]
                for run in self.runs
            ],
            "video": [sources[run.item].video.model_dump(mode="json") for run in self.runs],
            "events": [[event.start, event.end, event.text] for event in self.events],
            "style": self.style.model_dump(mode="json") if self.events else None,
            "encoder": self.encoder.model_dump(mode="json"),
        }


def plan_job(spec: RenderSpec, segment: Segment, encoder: PictureEncoder = PICTURE) -> Job:
    """What rendering ``segment`` takes."""
    return Job(
        width=spec.width,
        height=spec.height,
        rate=spec.rate,
        runs=tuple(_runs(spec.clips, segment)),
        events=tuple(captions.events(spec.captions, segment.start, segment.frames, spec.width, spec.rate)),
        style=spec.captions.style,
        encoder=encoder,
    )


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
                for picture in pictures(job, sources):
                    for plane in (picture.y, picture.u, picture.v):
                        _write(process.stdin.fileno(), plane.data.cast("B"))
            process.stdin.close()
            said = process.stderr.read().decode("utf-8", "replace")
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        raise ffmpeg.fault(said)


def pictures(job: Job, sources: Mapping[str, Source]) -> Iterator[Picture]:
    """The pictures of ``job`` before captions."""
    for run in job.runs:
        source = sources[run.item]
        read = at_ticks(source.path, source.video, job.rate, run.source_start, len(run.windows))
        for picture, window in zip(read, run.windows, strict=True):
            yield show(picture, window, job.width, job.height)


def side_by_side(count: int) -> ThreadPoolExecutor:
    """Workers for ``count`` segments: one a processor that this process may use."""
    return ThreadPoolExecutor(max(1, min(count, processors())), thread_name_prefix="segment")


def processors() -> int:
    """Processors that this process may use; where the system cannot tell, all there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _runs(clips: Sequence[Clip], segment: Segment) -> Iterator[Run]:
    for clip in clips:
        first = max(segment.start, clip.start)
        last = min(segment.start + segment.frames, clip.start + clip.frames)
        if first < last:
            windows = tuple(window_at(clip.camera, frame - clip.start, frame) for frame in range(first, last))
            yield Run(clip.item, clip.source_start + first - clip.start, windows)


def _command(job: Job, out: Path, workroom: Path) -> tuple[list[str], dict[str, str]]:
    import ffmpeg as graph

    environment = dict(os.environ)
    stream = graph.input(
        "pipe:", format="rawvideo", pix_fmt="yuv420p", s=f"{job.width}x{job.height}", framerate=str(job.rate)
    ).filter("setparams", range="tv", color_primaries="bt709", color_trc="bt709", colorspace="bt709")
    if job.events:
        script, folder = workroom / "captions.ass", workroom / "fonts"
        captions.write(job.events, job.style, job.width, job.height, job.rate, script)
        used = [fonts.load(name) for name in (job.style.font, *fonts.FALLBACKS)]
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
