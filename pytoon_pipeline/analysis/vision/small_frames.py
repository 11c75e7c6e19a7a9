"""Each frame of a source as a thumb, and five a second as samples: scaled by the CPU, or by the GPU that decodes it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.media import VideoStream
from pytoon_pipeline.media import nvdec
from pytoon_pipeline.media.nvdec import GpuRefused
from pytoon_pipeline.media.video_decoding import DecodeDamage, decode
from pytoon_pipeline.runtime.device import failure

if TYPE_CHECKING:
    from av.video.frame import VideoFrame
    from torch import Tensor

SAMPLES_PER_SECOND = 5.0
SAMPLE_SIDE = 480
THUMB_SIDE = 64
# Frames whose pictures leave the GPU in one copy.
BATCH = 32
# In these codecs, samples of chroma lie between two columns of pixels unless the file says otherwise, else on the left.
CENTRED_CHROMA = ("vp8", "mpeg1video", "mjpeg")

Image = NDArray[np.uint8]


@dataclass(frozen=True)
class SmallFrame:
    """A frame at ``time`` in seconds: its thumb as coded, and its upright sample where one is due. Images are BGR."""

    time: float
    thumb: Image
    sample: Image | None


class _Clock:
    """Says which frames are samples."""

    def __init__(self) -> None:
        self._next = 0

    def due(self, time: float) -> bool:
        if time + 1e-6 < self._next / SAMPLES_PER_SECOND:
            return False
        self._next = int(time * SAMPLES_PER_SECOND + 1e-6) + 1
        return True


def on_cpu(path: Path, video: VideoStream, damage: DecodeDamage) -> Iterator[SmallFrame]:
    """The frames of a source, decoded and scaled by the CPU. Damage is counted in ``damage``."""
    clock, size = _Clock(), sample_size(video)
    for time, frame in decode(path, video, damage):
        sample = _upright(_small(frame, *size), video.rotation) if clock.due(time) else None
        yield SmallFrame(time, _small(frame, *fit(frame.width, frame.height, THUMB_SIDE)), sample)


def on_gpu(path: Path, video: VideoStream, damage: DecodeDamage) -> Iterator[SmallFrame]:
    """The same, decoded and scaled by the GPU. Only small pictures leave its memory, ``BATCH`` frames at once.

    Raises ``GpuRefused`` where it cannot decode all of them, or fails.
    """
    clock, size = _Clock(), sample_size(video)
    batch: list[tuple[float, Tensor, Tensor | None]] = []
    try:
        for time, frame in nvdec.decode(path, video, damage):
            if not nvdec.in_gpu_memory(frame):
                raise GpuRefused(f"it does not decode {video.codec} of this kind ({frame.format.name})")
            batch.append((time, *_scaled(frame, size if clock.due(time) else None, video.codec not in CENTRED_CHROMA)))
            if len(batch) == BATCH:
                yield from _fetched(batch, video.rotation)
                batch = []
        yield from _fetched(batch, video.rotation)
    except RuntimeError as error:
        raise GpuRefused(failure(error)) from error


def _scaled(frame: "VideoFrame", size: tuple[int, int] | None, left_chroma: bool) -> "tuple[Tensor, Tensor | None]":
    """The thumb of a frame, and its sample of ``size``, which are complete: the decoder may use its memory again."""
    import torch

    from pytoon_pipeline.analysis.vision.gpu_scaling import scale

    thumb = scale(frame, *fit(frame.width, frame.height, THUMB_SIDE), left_chroma)
    sample = scale(frame, *size, left_chroma) if size is not None else None
    if thumb.is_cuda:
        torch.cuda.synchronize(thumb.device)
    return thumb, sample


def _fetched(batch: "list[tuple[float, Tensor, Tensor | None]]", clockwise: int) -> Iterator[SmallFrame]:
    if not batch:
        return
    import torch

    thumbs = torch.stack([thumb for _, thumb, _ in batch]).numpy(force=True)
    found = [sample for _, _, sample in batch if sample is not None]
    samples = iter(torch.stack(found).numpy(force=True) if found else ())
    for (time, _, sample), thumb in zip(batch, thumbs, strict=True):
        yield SmallFrame(time, thumb, None if sample is None else _upright(next(samples), clockwise))


def sample_size(video: VideoStream) -> tuple[int, int]:
    """Width and height of samples before rotation: square pixels, the longer side at most ``SAMPLE_SIDE``."""
    return fit(video.width * video.sample_aspect, video.height, SAMPLE_SIDE)


def fit(width: float, height: float, side: int) -> tuple[int, int]:
    """Width and height of which the longer one is at most ``side``; never larger than given, at least 2."""
    scale = min(1.0, side / max(width, height))
    return max(2, round(width * scale)), max(2, round(height * scale))


def _small(frame: "VideoFrame", width: int, height: int) -> Image:
    from av.video.reformatter import Interpolation

    # Exactly, and with all of the colour: ``gpu_scaling`` gives the same bits.
    how = Interpolation.AREA | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT
    small = frame.reformat(width=width, height=height, format="bgr24", interpolation=how, threads=1)
    return np.asarray(small.to_ndarray(), np.uint8)


def _upright(image: Image, clockwise: int) -> Image:
    return np.ascontiguousarray(np.rot90(image, -clockwise // 90)) if clockwise else image
