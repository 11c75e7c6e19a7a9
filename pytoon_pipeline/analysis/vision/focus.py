"""What is worth seeing in a picture besides faces: where its detail is, people, and burnt-in text."""

from typing import TYPE_CHECKING

from pytoon_pipeline.analysis.vision.burnt_in_text import TextDetector
from pytoon_pipeline.analysis.vision.gpu_focus import Detail, details
from pytoon_pipeline.analysis.vision.people import people_detector
from pytoon_pipeline.analysis.vision.saliency import middle_of, salient_box
from pytoon_pipeline.analysis.vision.sampling import Samples
from pytoon_pipeline.analysis.vision.small_frames import Image
from pytoon_pipeline.contracts.analysis import FocalPoint, FocalPoints
from pytoon_pipeline.contracts.geometry import WHOLE, Box

if TYPE_CHECKING:
    from torch import Tensor

# The box holds this part of the detail in each direction; the rest is scattered texture.
SHARE = 0.9
# In sources with more samples than those of ten minutes, people are searched once a second: tracks of heads bridge
# longer gaps.
LONG_SAMPLES, LONG_STEP = 3000, 5
# Gradients below this (of 255 a pixel) are noise and compression.
NOISE = 12.0


def find(samples: Samples) -> FocalPoints:
    """What the samples of a source show."""
    still = samples.record.samples == 1
    on_gpu, reason = points_on_gpu(samples)
    points: list[FocalPoint] = []
    people_step = LONG_STEP if samples.record.samples > LONG_SAMPLES else 1
    texts = TextDetector(still)
    with people_detector(still) as people:
        for number, (time, image) in enumerate(samples):
            if on_gpu is None:
                points.append(salient_point(time, image) if still else focal_point(time, image))
            if number % people_step == 0:
                people.observe(time, image)
            texts.observe(time, image)
    return FocalPoints(
        points=tuple(points) if on_gpu is None else on_gpu,
        people=tuple(people.people),
        texts=texts.texts(),
        device="cpu" if on_gpu is None else samples.record.device,
        device_fallback=reason,
    )


def points_on_gpu(samples: Samples) -> tuple[tuple[FocalPoint, ...] | None, str | None]:
    """The points of samples that are in the GPU's memory, or why it did not find them."""

    def found(pictures: "Tensor") -> tuple[FocalPoint, ...]:
        times = (time for time, _ in samples)
        return tuple(_point(*one) for one in zip(times, details(pictures, NOISE), strict=True))

    return samples.on_gpu(found)


def salient_point(time: float, image: Image) -> FocalPoint:
    """The salient part of a still BGR image, with the weight of its detail."""
    point = focal_point(time, image)
    box = salient_box(image) if point.weight else None
    return point.model_copy(update={"box": box}) if box else point


def focal_point(time: float, image: Image) -> FocalPoint:
    """Where the detail of a BGR image is. ``weight`` is the mean gradient; 0: an empty picture."""
    import cv2

    grey = cv2.GaussianBlur(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), (3, 3), 0)
    across = cv2.Sobel(grey, cv2.CV_32F, 1, 0, ksize=3)
    down = cv2.Sobel(grey, cv2.CV_32F, 0, 1, ksize=3)
    detail = cv2.magnitude(across, down) / 4
    detail[detail < NOISE] = 0
    return _point(time, Detail(float(detail.mean()), detail.sum(axis=0), detail.sum(axis=1)))


def _point(time: float, detail: Detail) -> FocalPoint:
    if detail.mean == 0:
        return FocalPoint(time=time, box=WHOLE, weight=0)
    x, width = middle_of(detail.columns, SHARE)
    y, height = middle_of(detail.rows, SHARE)
    box = Box(x=round(x, 5), y=round(y, 5), width=round(width, 5), height=round(height, 5))
    return FocalPoint(time=time, box=box, weight=round(detail.mean, 4))
