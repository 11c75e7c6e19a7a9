"""The core of a picture without people: what differs from its border, where its detail is, near its middle."""

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.analysis.vision.sampling import Image
from pytoon_pipeline.contracts.geometry import WHOLE, Box

# The longer side of the picture that is looked at, and the width of its border, in pixels.
SIDE, BORDER = 240, 6
# The border is divided into this many parts on each side, each with its mean colour.
BORDER_PARTS = 4
# Weights of the difference from the border and of fine detail; the standard deviation of the prior for the middle.
DIFFERENCE, DETAIL, PRIOR = 0.6, 0.4, 0.4
# Standard deviation of the smoothing, in pixels.
SMOOTHING = 5.0
# The core holds this share of what stands out, in each direction.
SHARE = 0.8


def core(image: Image) -> Box:
    """The core of a BGR image, shape (height, width, 3); the whole of an even one."""
    import cv2

    scale = min(1.0, SIDE / max(image.shape[:2]))
    small = np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    if min(small.shape[:2]) < 4 * BORDER:
        return WHOLE
    difference = _difference_from_border(small)
    _, detail = cv2.saliency.StaticSaliencyFineGrained.create().computeSaliency(small)
    found = DIFFERENCE * difference / max(1e-6, float(difference.max())) + DETAIL * detail
    found = cv2.GaussianBlur(found.astype(np.float32), (0, 0), SMOOTHING) * _prior(*small.shape[:2])
    found = np.clip(found - found.mean(), 0, None)
    if not found.any():
        return WHOLE
    (x, width), (y, height) = _span(found.sum(axis=0)), _span(found.sum(axis=1))
    return Box(x=round(x, 5), y=round(y, 5), width=round(width, 5), height=round(height, 5))


def _difference_from_border(image: Image) -> NDArray[np.float32]:
    """Distance in CIELAB of each pixel from the nearest mean colour of a part of the border."""
    import cv2

    lab = np.asarray(cv2.cvtColor(image.astype(np.float32) / 255, cv2.COLOR_BGR2LAB))
    sides = (lab[:BORDER], lab[-BORDER:], lab[:, :BORDER].swapaxes(0, 1), lab[:, -BORDER:].swapaxes(0, 1))
    means = [part.mean(axis=(0, 1)) for side in sides for part in np.array_split(side, BORDER_PARTS, axis=1)]
    return np.min([np.linalg.norm(lab - mean, axis=2) for mean in means], axis=0).astype(np.float32)


def _prior(height: int, width: int) -> NDArray[np.float32]:
    """What is near the middle counts more."""
    x, y = (np.arange(width) + 0.5) / width - 0.5, (np.arange(height) + 0.5) / height - 0.5
    return np.exp(-(x[None, :] ** 2 + y[:, None] ** 2) / (2 * PRIOR**2)).astype(np.float32)


def _span(profile: NDArray[np.float32]) -> tuple[float, float]:
    """Start and length, as fractions, of the middle ``SHARE`` of a profile's mass."""
    mass = np.cumsum(profile, dtype=np.float64) / profile.sum(dtype=np.float64)
    edge = (1 - SHARE) / 2
    first, last = np.searchsorted(mass, (edge, 1 - edge))
    return first / len(profile), (last + 1 - first) / len(profile)
