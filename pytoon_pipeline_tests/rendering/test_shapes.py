"""Shapes and their fills."""

import numpy as np
import pytest

from pytoon_pipeline.contracts.spec.layers import (
    ShapeLayer,
)
from pytoon_pipeline.contracts.style import Fill, OpacityStop
from pytoon_pipeline.media.colour import yuv
from pytoon_pipeline_tests.harness.drawing import at, drawn


def test_a_gradient_runs_from_colour_to_colour_without_steps() -> None:
    fill = Fill(colours=("#202020", "#404040"), angle=0)
    layer = ShapeLayer(width=1080, height=1920, fill=fill, transform=at())
    sheet = drawn([layer])[0]
    means = sheet.y.mean(axis=1)
    assert means[0] == pytest.approx(yuv("#202020")[0], abs=0.6)
    assert means[-1] == pytest.approx(yuv("#404040")[0], abs=0.6)
    assert np.abs(means - np.linspace(means[0], means[-1], 1920)).max() < 0.25, "dithered"


def test_a_fill_with_opacity_stops_fades_without_an_edge() -> None:
    stops = (OpacityStop(at=0, opacity=0), OpacityStop(at=0.5, opacity=0.8), OpacityStop(at=1, opacity=0.8))
    white = ShapeLayer(width=1080, height=1920, fill=Fill(colours=("#FFFFFF",)), transform=at())
    scrim = ShapeLayer(width=1080, height=1920, fill=Fill(colours=("#000000",), opacity=stops), transform=at())
    means = drawn([white, scrim])[0].y.mean(axis=1)
    assert means[0] == pytest.approx(235, abs=1)
    assert means[-1] == pytest.approx(235 - 0.8 * 219, abs=1.5)
    assert means[480] == pytest.approx(235 - 0.4 * 219, abs=1.5), "half way"
    assert np.abs(np.diff(means)).max() < 1, "no step"
