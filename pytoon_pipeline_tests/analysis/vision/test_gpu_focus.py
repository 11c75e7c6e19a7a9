"""The detail of pictures with torch: what OpenCV finds in the same pictures."""

import numpy as np
import torch

from pytoon_pipeline.analysis.vision import focus
from pytoon_pipeline.analysis.vision.gpu_focus import BATCH, details
from pytoon_pipeline.analysis.vision.sampling import Samples


def test_points_are_those_of_opencv(talk: Samples) -> None:
    images = [image for _, image in talk]
    found = [focus._point(0.0, one) for one in details(torch.from_numpy(np.stack(images)), focus.NOISE)]
    wanted = [focus.focal_point(0.0, image) for image in images]
    assert [one.box for one in found] == [one.box for one in wanted]
    assert max(abs(a.weight - b.weight) for a, b in zip(found, wanted, strict=True)) <= 2e-4


def test_more_pictures_than_fit_at_once() -> None:
    images = np.random.default_rng(2).integers(0, 256, (BATCH + 3, 20, 30, 3), np.uint8)
    found = [focus._point(0.0, one) for one in details(torch.from_numpy(images), focus.NOISE)]
    assert [one.box for one in found] == [focus.focal_point(0.0, image).box for image in images]


def test_an_empty_picture_has_no_detail() -> None:
    (found,) = details(torch.full((1, 9, 16, 3), 90, dtype=torch.uint8), focus.NOISE)
    assert found.mean == 0
