"""One decode of a source for all detectors: small pictures at a fixed rate, and a thumb of every frame.

Pictures are stored as JPEG in Parquet, so that an hour of footage stays small. Every detector reads them back in that
form, and so always reads the same pixels.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from typing_extensions import Self

from pytoon_pipeline.analysis.vision import gpu_light
from pytoon_pipeline.analysis.vision.gpu_pictures import GpuPictures, holder
from pytoon_pipeline.analysis.vision.light import LightMeter
from pytoon_pipeline.analysis.vision.picture_area import active_picture, visible_area
from pytoon_pipeline.analysis.vision.small_frames import (
    SAMPLE_SIDE,
    SAMPLES_PER_SECOND,
    THUMB_SIDE,
    Image,
    fit,
    on_cpu,
    on_gpu,
)
from pytoon_pipeline.analysis.vision.tones import ToneMeter
from pytoon_pipeline.contracts.analysis import SampledFrames
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.media import VideoStream
from pytoon_pipeline.contracts.preset import Limits
from pytoon_pipeline.media.images import Rgba
from pytoon_pipeline.media.nvdec import GpuRefused
from pytoon_pipeline.media.video_decoding import DecodeDamage
from pytoon_pipeline.runtime.device import Device, failure, gpu_name

if TYPE_CHECKING:
    from torch import Tensor

T = TypeVar("T")

CPU = Device("cpu", "the default")
ROWS = 512
# Times may be off by this many seconds: where a frame begins just then, either may be shown.
ROUNDING = 1e-4
# Decoded samples stay in memory for the next steps up to this size; beyond it they are decoded again from the store.
MEMORY_BYTES = 256 << 20


@dataclass
class Held:
    """Samples in the memory of this process, with their times in seconds, and on the GPU if it decoded them."""

    images: list[tuple[float, Image]]
    on_gpu: GpuPictures | None = None


@dataclass
class Samples:
    """Pictures of one source. Iterating yields ``(seconds, image)``; images are BGR, shape (height, width, 3)."""

    record: SampledFrames
    pictures: Path
    thumbs: Path
    held: Held | None = field(default=None, repr=False)

    def __iter__(self) -> Iterator[tuple[float, Image]]:
        return iter(self.held.images) if self.held is not None else read_images(self.pictures)

    def on_gpu(self, compute: "Callable[[Tensor], T]") -> tuple[T | None, str | None]:
        """What ``compute`` finds in the pictures that are in the GPU's memory, shape (number, height, width, 3).

        None where they are not there, or where it failed: then with the reason.
        """
        if self.held is None or self.held.on_gpu is None or (pictures := holder.use(self.held.on_gpu)) is None:
            return None, None
        try:
            return compute(pictures), None
        except RuntimeError as error:
            holder.clear()
            return None, f"{self.record.device} {failure(error)}"

    def every_frame(self) -> Iterator[tuple[float, Image]]:
        """``(seconds, thumb)`` of all frames of the source; thumbs are BGR and not rotated upright."""
        return read_images(self.thumbs)


class ImageTable:
    """Writes ``time`` and ``jpeg`` columns in groups of rows, so that memory does not grow with length."""

    def __init__(self, path: Path, quality: int) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self.schema = pa.schema([("time", pa.float64()), ("jpeg", pa.binary())])
        self._writer = pq.ParquetWriter(path, self.schema, compression="none")
        self._quality = quality
        self._times: list[float] = []
        self._images: list[bytes] = []

    def add(self, time: float, image: Image) -> bytes:
        """Appends a picture. Returns its JPEG."""
        import cv2

        _, coded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, self._quality])
        jpeg = bytes(coded)
        self._times.append(time)
        self._images.append(jpeg)
        if len(self._times) == ROWS:
            self._flush()
        return jpeg

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        import pyarrow as pa

        if self._times:
            self._writer.write_table(pa.table([self._times, self._images], schema=self.schema))
            self._times, self._images = [], []


def read_images(path: Path) -> Iterator[tuple[float, Image]]:
    """``(time, BGR image)`` of each row of an image table, in order."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(ROWS):
            columns = batch.to_pydict()
            for time, jpeg in zip(columns["time"], columns["jpeg"], strict=True):
                yield time, decode_jpeg(jpeg)


def read_shown(samples: Samples, times: Iterable[float]) -> dict[float, tuple[Image, bool]]:
    """For each of ``times``, in seconds, the last BGR image sampled until then, and whether it is the frame that the
    source shows at this time.
    """
    import pyarrow.parquet as pq

    frames = pq.read_table(samples.thumbs, columns=["time"]).column("time").to_numpy()
    found: dict[float, tuple[Image, bool]] = {}
    with pq.ParquetFile(samples.pictures) as file:
        there = file.read(columns=["time"]).column("time").to_numpy()
        rows = {time: _last(there, time) for time in times}
        # All groups but the last have ROWS rows; only those that are needed are read.
        for group in sorted({row // ROWS for row in rows.values()}):
            jpegs = file.read_row_group(group, columns=["jpeg"]).column("jpeg")
            for time, row in rows.items():
                if row // ROWS == group:
                    image = decode_jpeg(jpegs[row % ROWS].as_buffer())
                    shown = {float(frames[_last(frames, time + step)]) for step in (-ROUNDING, ROUNDING)}
                    found[time] = image, shown == {float(there[row])}
    return found


def _last(times: NDArray[np.float64], until: float) -> int:
    """The row of the last of ``times`` that is not after ``until``, at least the first."""
    return max(0, int(np.searchsorted(times, until, side="right")) - 1)


def decode_jpeg(jpeg: Any) -> Image:
    import cv2

    image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    return np.asarray(image, np.uint8)


def sample(path: Path, video: VideoStream, limits: Limits, folder: Path, device: Device = CPU) -> Samples:
    """Decodes ``path`` once, to its end or the limit of length, into two tables in ``folder``.

    What a GPU refuses, and a file that is damaged, is left to the CPU; the record says why. Raises ``InvalidInput``
    when less than the shortest usable length can be decoded, or more than the longest.
    """
    reason = None
    if device.kind == "cuda":
        try:
            return _sample(path, video, limits, folder, gpu_name())
        except GpuRefused as refused:
            reason = f"{gpu_name()}: {refused.reason}"
    return _sample(path, video, limits, folder, "cpu", reason)


def _sample(
    path: Path, video: VideoStream, limits: Limits, folder: Path, device: str, reason: str | None = None
) -> Samples:
    damage, times = DecodeDamage(), []
    held: list[tuple[float, Image]] | None = []
    meter, light = ToneMeter(), LightMeter()
    darkest: Image | None = None
    brightest: Image | None = None
    with _tables(folder) as (pictures, thumbs):
        for frame in (on_cpu if device == "cpu" else on_gpu)(path, video, damage):
            if frame.time > limits.source_seconds_max:
                raise InvalidInput(
                    "too_long",
                    f"The video is longer than {limits.source_seconds_max / 60:g} minutes.",
                    "Shorten it, or raise source_seconds_max in presets/limits.yaml.",
                )
            times.append(frame.time)
            thumbs.add(frame.time, frame.thumb)
            if frame.sample is not None:
                image = decode_jpeg(pictures.add(frame.time, frame.sample))
                if device == "cpu":
                    meter.add(image)
                    light.add(image)
                darkest = image if darkest is None else np.minimum(darkest, image)
                brightest = image if brightest is None else np.maximum(brightest, image)
                if held is not None:
                    held.append((frame.time, image))
                    if len(held) * image.nbytes > MEMORY_BYTES:
                        held = None
    if damage.found and device != "cpu":
        raise GpuRefused("the file is damaged, and only the CPU measures how much is lost")
    seconds = _length(times)
    # Times in files are rounded: a missing millisecond does not make a video too short.
    if darkest is None or brightest is None or round(seconds, 3) < limits.source_seconds_min:
        raise InvalidInput(
            "too_short",
            f"Only {floored(seconds)} s of this video can be decoded."
            + (f" {damage.packets} packets are damaged." if damage.packets else ""),
            f"Upload a video of at least {limits.source_seconds_min:g} s.",
        )
    kept = None if held is None else Held(held)
    if device != "cpu":
        not_there = _put_on_gpu(kept)
        reason = _measure(kept, folder, meter, light) or not_there
    record = SampledFrames(
        rate=SAMPLES_PER_SECOND,
        width=brightest.shape[1],
        height=brightest.shape[0],
        samples=_rows(folder / "pictures.parquet"),
        frames=len(times),
        seconds=round(seconds, 6),
        picture=active_picture(darkest, brightest),
        damaged=damage.packets,
        lost_seconds=round(damage.lost_seconds(times), 6),
        tones=meter.tones,
        light=light.measure,
        device=device,
        device_fallback=reason,
    )
    return Samples(record, folder / "pictures.parquet", folder / "thumbs.parquet", kept)


def _measure(held: Held | None, folder: Path, tones: ToneMeter, light: LightMeter) -> str | None:
    """Measures samples: all at once on the GPU where they are there, else one by one. Returns why the GPU failed."""
    reason, pictures = None, holder.use(held.on_gpu) if held is not None and held.on_gpu is not None else None
    if pictures is not None and min(pictures.shape[1:3]) >= gpu_light.SIDE:
        try:
            for found_tones, found_light in list(gpu_light.measure(pictures)):
                tones.include(found_tones)
                light.include(found_light)
            return None
        except RuntimeError as error:
            holder.clear()
            reason = f"tones were measured by the CPU: {gpu_name()} {failure(error)}"
    for _, image in held.images if held is not None else read_images(folder / "pictures.parquet"):
        tones.add(image)
        light.add(image)
    return reason


@contextmanager
def _tables(folder: Path) -> Iterator[tuple[ImageTable, ImageTable]]:
    """The tables of samples and of thumbs."""
    with (
        ImageTable(folder / "pictures.parquet", quality=92) as pictures,
        ImageTable(folder / "thumbs.parquet", quality=95) as thumbs,
    ):
        yield pictures, thumbs


def _put_on_gpu(held: Held | None) -> str | None:
    """Puts on the GPU what the store has: what JPEG made of the pictures. Returns why they are not there."""
    if held is None:
        return f"later steps use the CPU: the samples have more than {MEMORY_BYTES >> 20} MiB"
    try:
        held.on_gpu = holder.hold([image for _, image in held.images], "cuda")
    except RuntimeError as error:
        return f"later steps use the CPU: {gpu_name()} {failure(error)}"
    return None


def sample_still(picture: Rgba, folder: Path) -> Samples:
    """A still image as one sample and one thumb, so that detectors treat it like footage.

    Behind transparency it is grey; its ``picture`` is the area that shows anything.
    """
    import cv2

    height, width = picture.shape[:2]
    alpha = picture[:, :, 3:].astype(np.float32) / 255
    flat = np.round(picture[:, :, 2::-1] * alpha + 128 * (1 - alpha)).astype(np.uint8)
    small = fit(width, height, SAMPLE_SIDE)
    image = np.asarray(cv2.resize(flat, small, interpolation=cv2.INTER_AREA), np.uint8)
    meter, light = ToneMeter(), LightMeter()
    with _tables(folder) as (pictures, thumbs):
        image = decode_jpeg(pictures.add(0.0, image))
        thumbs.add(0.0, np.asarray(cv2.resize(image, fit(*small, THUMB_SIDE), interpolation=cv2.INTER_AREA), np.uint8))
    meter.add(image)
    if alpha.min() == 1:
        light.add(image)
    record = SampledFrames(
        rate=SAMPLES_PER_SECOND,
        width=small[0],
        height=small[1],
        samples=1,
        frames=1,
        seconds=0.0,
        picture=visible_area(picture),
        damaged=0,
        tones=meter.tones,
        light=light.measure,
    )
    return Samples(record, folder / "pictures.parquet", folder / "thumbs.parquet", Held([(0.0, image)]))


def floored(seconds: float) -> str:
    """A duration that is too short, as text that does not round up to the minimum."""
    return f"{math.floor(seconds * 1000) / 1000:.3f}" if seconds > 0.99 else f"{math.floor(seconds * 100) / 100:.2f}"


def _length(times: list[float]) -> float:
    """Seconds that the frames are shown: to the last one's start and one usual step more."""
    if len(times) < 2:
        return 0.0
    return times[-1] + float(np.median(np.diff(times)))


def _rows(path: Path) -> int:
    import pyarrow.parquet as pq

    return int(pq.read_metadata(path).num_rows)
