"""Ellipses at exact places."""

import numpy as np
import pytest

from pytoon_pipeline.contracts.style import Fill
from pytoon_pipeline.media.frames import Plane
from pytoon_pipeline.rendering import shapes
from pytoon_pipeline.rendering.ellipses import EllipseImage
from pytoon_pipeline.rendering.yuva import ImageBuffer, YuvaImage


def at(x: float, y: float, scale: float = 1.0) -> YuvaImage:
    """An ellipse of 61 × 40 pixels with its box at ``x``, ``y`` of an image of 120 × 100 pixels."""
    part = (-x / scale, -y / scale, 120 / scale, 100 / scale)
    return EllipseImage(61, 40, "#C03020").crop(part, 120, 100, ImageBuffer().image(120, 100))


def centre(plane: Plane) -> tuple[float, float]:
    rows, columns = np.indices(plane.shape)
    weights = plane / plane.sum()
    return float((columns * weights).sum()) + 0.5, float((rows * weights).sum()) + 0.5


def test_an_ellipse_is_the_drawn_shape_at_whole_pixels() -> None:
    image, shape = EllipseImage(60, 40, "#C03020").drawn(), shapes.draw("ellipse", 60, 40, Fill(colours=("#C03020",)))
    for mine, drawn in zip(
        (image.y, image.u, image.v, image.a, image.h), (shape.y, shape.u, shape.v, shape.a, shape.h), strict=True
    ):
        assert mine is not None
        assert drawn is not None
        # Columns of chroma at the edge of a picture mirror their neighbours.
        assert np.abs(mine[:, 1:-1].astype(int) - drawn[:, 1:-1]).max() <= 1


@pytest.mark.parametrize("place", [(20.0, 30.0), (20.25, 30.5), (21.9, 29.1)])
def test_an_ellipse_lies_at_its_exact_place(place: tuple[float, float]) -> None:
    image = at(*place)
    assert image.a is not None
    assert image.h is not None
    middle = place[0] + 30.5, place[1] + 20
    assert centre(image.a) == pytest.approx(middle, abs=0.02)
    x, y = centre(image.h)
    # Chroma lies on even columns of luma.
    assert (2 * x - 0.5, 2 * y) == pytest.approx(middle, abs=0.05)


def test_an_enlarged_ellipse_keeps_a_sharp_edge() -> None:
    alpha = at(-10.0, -10.0, 2.0).a
    assert alpha is not None
    assert ((alpha > 0) & (alpha < 255)).sum(axis=1).max() < 40
    row = alpha[30]
    assert ((row > 0) & (row < 255)).sum() <= 3
