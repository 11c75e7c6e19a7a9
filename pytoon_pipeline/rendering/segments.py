"""Rendering segments: each on its own, several at a time, every one found again when nothing in it changed."""

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytoon_pipeline.media import ffmpeg
from pytoon_pipeline.media.pictures import rows
from pytoon_pipeline.media.trace import Trace, Tracer
from pytoon_pipeline.rendering.composing import compose
from pytoon_pipeline.rendering.jobs import Job, Source
from pytoon_pipeline.rendering.lettering import Lettering
from pytoon_pipeline.rendering.sheets import Sheet, lay

if TYPE_CHECKING:
    from av.container import OutputContainer
    from av.video.frame import VideoFrame


def render(job: Job, sources: Mapping[str, Source], lettering: Lettering, out: Path) -> Trace:
    """Encodes the pictures of ``job`` into the MP4 file ``out``, and measures them on the way.

    Raises ``EngineFault`` when the encoder fails.
    """
    import av

    size = (job.width, job.height)
    tracer = Tracer()
    try:
        with _encoder(job, out) as (container, stream):
            for number, sheet in enumerate(compose(job, sources)):
                frame, shown = _filled(sheet, *size)
                for event in job.events:
                    if event.start <= number < event.end and (patch := lettering.patch(event, number, size)):
                        lay(shown, patch)
                tracer.add(shown.y, shown.u, shown.v)
                frame.pts, frame.time_base = number, 1 / job.rate.fraction
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
    except av.error.FFmpegError as error:
        raise ffmpeg.libav_fault(error) from error
    return tracer.done()


def workers(count: int) -> ThreadPoolExecutor:
    """Threads for ``count`` segments: one a processor that this process may use."""
    import cv2

    # Segments share the processors already; OpenCV's own threads would get in their way.
    cv2.setNumThreads(1)
    return ThreadPoolExecutor(max(1, min(count, processors())), thread_name_prefix="segment")


def processors() -> int:
    """Processors that this process may use; where the system cannot tell, all there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _encoder(job: Job, out: Path) -> Iterator[tuple["OutputContainer", Any]]:
    import av

    timescale = {"video_track_timescale": str(job.rate.numerator)}
    with av.open(str(out), "w", format="mp4", options=timescale) as container:
        settings = job.encoder
        stream = container.add_stream(settings.codec, rate=job.rate.fraction, options=settings.private(job.rate))
        stream.width, stream.height, stream.pix_fmt = job.width, job.height, settings.pixel_format
        context = stream.codec_context
        context.time_base = 1 / job.rate.fraction
        context.thread_count = settings.threads
        for name, value in settings.colour.items():
            setattr(context, name, value)
        yield container, stream


def _filled(sheet: Sheet, width: int, height: int) -> tuple["VideoFrame", Sheet]:
    """A frame for the encoder with the planes of ``sheet``, and a sheet that is the frame's own memory."""
    import av

    frame = av.VideoFrame(width, height, "yuv420p")
    planes = []
    for plane, values in zip(frame.planes, (sheet.y, sheet.u, sheet.v), strict=True):
        memory = rows(plane)
        memory[:, : plane.width] = values
        # x264 looks at what lies behind a row's end: with what memory held there, no two encodes would be alike.
        memory[:, plane.width :] = values[:, -1:]
        planes.append(memory[:, : plane.width])
    return frame, Sheet(*planes)
