"""The salient part of a still picture: what differs in colour from its border and stands out from its surroundings.

Contrast to the border as in Wei, Wen, Zhu and Sun, "Geodesic saliency using background priors", 2012; local contrast by
OpenCV's fine-grained saliency (Montabone and Soto, 2010).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.analysis.vision.small_frames import Image
from pytoon_pipeline.contracts.geometry import Box

# The border is divided into so many patches on each side, this deep as a share of the picture.
PATCHES, DEPTH = 4, 0.06
# Weights of the contrast to the border, of local contrast, and of detail: what is sharp is meant to be seen. Detail is
# spread by this standard deviation, as a share of the height.
BORDER, LOCAL, DETAIL = 0.5, 0.25, 0.6
SPREAD = 0.03
# Standard deviation, as a share of the picture, of the prior that subjects are near the middle.
CENTRE = 0.4
# The box holds this part of the saliency in each direction.
SHARE = 0.8


def salient_box(image: Image) -> Box | None:
    """The box of the salient part of a BGR image of shape (height, width, 3); none when nothing stands out."""
    import cv2

    lab = cv2.GaussianBlur(cv2.cvtColor(image, cv2.COLOR_BGR2LAB), (0, 0), 2).astype(np.float32)
    distance = np.min([np.linalg.norm(lab - colour, axis=2) for colour in _border_colours(lab)], axis=0)
    _, local = cv2.saliency.StaticSaliencyFineGrained.create().computeSaliency(image)
    height, width = distance.shape
    y, x = np.mgrid[0:height, 0:width]
    prior = np.exp(-(((x / width - 0.5) ** 2 + (y / height - 0.5) ** 2) / (2 * CENTRE**2)))
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    edges = cv2.magnitude(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))
    detail = cv2.GaussianBlur(edges, (0, 0), SPREAD * height)
    contrast = BORDER * _scaled(distance) + LOCAL * _scaled(np.asarray(local, np.float32))
    salient = (contrast + DETAIL * _scaled(np.asarray(detail, np.float32))) * prior
    salient = np.maximum(0, salient - salient.mean())
    if not salient.any():
        return None
    (left, across), (top, down) = (middle_of(salient.sum(axis=axis), SHARE) for axis in (0, 1))
    return Box(round(left, 4), round(top, 4), round(across, 4), round(down, 4))


def middle_of(profile: NDArray[Any], share: float) -> tuple[float, float]:
    """Start and length, as fractions, of the middle ``share`` of a profile's mass."""
    mass = np.cumsum(profile, dtype=np.float64) / profile.sum(dtype=np.float64)
    edge = (1 - share) / 2
    first, last = np.searchsorted(mass, (edge, 1 - edge))
    return first / len(profile), (last + 1 - first) / len(profile)


def _border_colours(lab: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    height, width = lab.shape[:2]
    deep, wide = max(1, round(DEPTH * height)), max(1, round(DEPTH * width))
    sides = (lab[:deep], lab[-deep:], lab[:, :wide].swapaxes(0, 1), lab[:, -wide:].swapaxes(0, 1))
    patches = (patch for side in sides for patch in np.array_split(side, PATCHES, axis=1))
    return [np.median(patch.reshape(-1, 3), axis=0) for patch in patches if patch.size]


def _scaled(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Values from 0 to 1, whose highest hundredth counts as 1."""
    high = float(np.percentile(values, 99))
    return np.clip(values / high, 0, 1) if high > 0 else np.zeros_like(values)
