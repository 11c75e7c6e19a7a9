"""Renders one segment: composes its frames, measures them and encodes them."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.media import ffmpeg
from pytoon_pipeline.media.encoder import PictureEncoder, check_encoder
from pytoon_pipeline.media.frame_stats import FrameStats, FrameStatsCollector
from pytoon_pipeline.media.frames import rows
from pytoon_pipeline.media.source_reader import SourceReaders
from pytoon_pipeline.rendering import captions
from pytoon_pipeline.rendering.compositor import compose
from pytoon_pipeline.rendering.contact_sheet import ContactSheet
from pytoon_pipeline.rendering.segment_plan import SegmentPlan, Source
from pytoon_pipeline.rendering.yuva import Sprite, YuvaImage, blend, draw_onto
from pytoon_pipeline.runtime import stopping
from pytoon_pipeline.settings import export

if TYPE_CHECKING:
    from av.container import OutputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

# Captions show the same drawn words over some frames. Those of frames at this distance are drawn ahead.
CAPTION_STEP = 8


@dataclass(frozen=True)
class FrameWatch:
    """What accompanies each frame: a deadline on the monotonic clock, and who counts finished frames."""

    deadline: float | None = None
    on_frame: Callable[[int], None] = lambda frames: None

    def check(self) -> None:
        """Raises ``RenderError`` after the deadline, and ``Stopped`` when the process is asked to stop."""
        stopping.check()
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise ffmpeg.timed_out()


def render_segment(
    plan: SegmentPlan, sources: Mapping[str, Source], out: Path,
    watch: FrameWatch = FrameWatch(), contact_sheet: ContactSheet | None = None, readers: SourceReaders | None = None,
    ahead: bool = False,
) -> FrameStats:  # fmt: skip
    """Encodes the frames of ``plan`` into the MP4 file ``out``, measures them, and copies some to ``contact_sheet``.

    Footage is read with ``readers``: a segment that begins where another one ended needs no seek. With ``ahead``,
    another thread composes a frame while the one before is encoded.
    Raises ``RenderError`` when the deadline of ``watch`` passes or the encoder fails, and ``Stopped`` when the process
    is asked to stop.
    """
    size = (plan.width, plan.height)
    collector = FrameStatsCollector()
    targets = [video_frame(*size) for _ in range(2 if ahead else 1)]

    def composed() -> Iterator[int]:
        canvases = [canvas for _, canvas in targets]
        for number, canvas in enumerate(compose(plan, sources, readers, canvases)):
            watch.check()
            for sprite in _captions(plan, number):
                blend(canvas, sprite)
            yield number

    def measured() -> Iterator["VideoFrame"]:
        for number in _one_ahead(composed(), plan) if ahead else composed():
            frame, canvas = targets[number % len(targets)]
            collector.add(canvas.y, canvas.u, canvas.v)
            if contact_sheet is not None:
                contact_sheet.add(number, canvas.y, canvas.u, canvas.v)
            yield frame
            watch.on_frame(1)

    _encode(measured(), size, plan.rate, plan.encoder, out)
    return collector.done()


def _captions(plan: SegmentPlan, frame: int) -> Iterator[Sprite]:
    return captions.sprites(plan.captions, plan.caption_style, plan.rate, frame, (plan.width, plan.height))


def _one_ahead(frames: Iterator[int], plan: SegmentPlan) -> Iterator[int]:
    """The numbers of composed frames; another thread composes each next one while their receiver works on the one
    before. Until the first one is there, which may lie far behind a key frame, this thread draws words of captions.
    """
    context = copy_context()

    def following() -> int | None:
        return context.run(lambda: next(frames, None))

    with ThreadPoolExecutor(1, thread_name_prefix="compose") as thread:
        future = thread.submit(following)
        for number in range(0, plan.frames, CAPTION_STEP):
            if not future.done():
                list(_captions(plan, number))
        while (frame := future.result()) is not None:
            future = thread.submit(following)
            yield frame


def encode(
    images: Iterable[YuvaImage], size: tuple[int, int], rate: FrameRate, encoder: PictureEncoder, out: Path
) -> None:
    """Encodes images of ``size`` (width, height) into the MP4 file ``out``. Raises ``RenderError``."""

    def frames() -> Iterator["VideoFrame"]:
        frame, canvas = video_frame(*size)
        for image in images:
            draw_onto(canvas, image)
            yield frame

    _encode(frames(), size, rate, encoder, out)


def _encode(
    frames: Iterable["VideoFrame"], size: tuple[int, int], rate: FrameRate, encoder: PictureEncoder, out: Path
) -> None:
    import av

    check_encoder(encoder.codec)
    export(encoder.environment)
    timescale = {"video_track_timescale": str(rate.numerator)}
    try:
        with av.open(str(out), "w", format="mp4", options=timescale) as container:
            stream = _video_stream(container, size, rate, encoder)
            for number, frame in enumerate(frames):
                frame.pts, frame.time_base = number, 1 / rate.fraction
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
    except av.error.FFmpegError as error:
        raise ffmpeg.libav_fault(error) from error


def _video_stream(
    container: "OutputContainer", size: tuple[int, int], rate: FrameRate, encoder: PictureEncoder
) -> "VideoStream":
    stream: Any = container.add_stream(encoder.codec, rate=rate.fraction, options=encoder.private(rate))
    (stream.width, stream.height), stream.pix_fmt = size, encoder.pixel_format
    context = stream.codec_context
    if encoder.tag is not None:
        context.codec_tag = encoder.tag
    context.time_base = 1 / rate.fraction
    # Threads that share a frame instead would divide it into slices, which cost bytes.
    context.thread_count, context.thread_type = encoder.threads, "FRAME"
    for name, value in encoder.colour.items():
        setattr(context, name, value)
    return stream


def video_frame(width: int, height: int) -> tuple["VideoFrame", YuvaImage]:
    """A frame for the encoder, and an image that shares its memory. One is enough: encoders copy what they get."""
    import av

    frame = av.VideoFrame(width, height, "yuv420p")
    planes = []
    for plane in frame.planes:
        memory = rows(plane)
        # x264 reads beyond the end of a row: uninitialised memory there could make encodes differ.
        memory[:, plane.width :] = 0
        planes.append(memory[:, : plane.width])
    return frame, YuvaImage(*planes)
