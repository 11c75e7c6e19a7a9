"""What is worth seeing in a picture besides faces: where its detail is, people, and burnt-in text."""

from pytoon_pipeline.analysis.vision.burnt_in_text import TextDetector
from pytoon_pipeline.analysis.vision.people import people_detector
from pytoon_pipeline.analysis.vision.saliency import middle_of, salient_box
from pytoon_pipeline.analysis.vision.sampling import Image, Samples
from pytoon_pipeline.contracts.analysis import FocalPoint, FocalPoints
from pytoon_pipeline.contracts.geometry import WHOLE, Box

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
    people_step = LONG_STEP if samples.record.samples > LONG_SAMPLES else 1
    texts = TextDetector(still)
    points = []
    with people_detector(still) as people:
        for number, (time, image) in enumerate(samples):
            points.append(salient_point(time, image) if still else focal_point(time, image))
            if number % people_step == 0:
                people.observe(time, image)
            texts.observe(time, image)
    return FocalPoints(points=tuple(points), people=tuple(people.people), texts=texts.texts())


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
    weight = float(detail.mean())
    if weight == 0:
        return FocalPoint(time=time, box=WHOLE, weight=0)
    x, width = middle_of(detail.sum(axis=0), SHARE)
    y, height = middle_of(detail.sum(axis=1), SHARE)
    box = Box(x=round(x, 5), y=round(y, 5), width=round(width, 5), height=round(height, 5))
    return FocalPoint(time=time, box=box, weight=round(weight, 4))
