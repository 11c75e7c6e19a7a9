"""The light of a source: its cast and its exposure."""

import numpy as np
import pytest
from skimage import data

from pytoon_pipeline.analysis.vision.light import LightMeter
from pytoon_pipeline.contracts.colour import ColourMeasure
from pytoon_pipeline.media.colour import linear


def _measured(*pictures: np.ndarray) -> ColourMeasure | None:
    meter = LightMeter()
    for picture in pictures:
        meter.add(np.ascontiguousarray(picture[:, :, ::-1]))
    return meter.measure


def _lit(picture: np.ndarray, stops: tuple[float, float, float]) -> np.ndarray:
    """An RGB picture whose channels have more light by so many stops."""
    light = np.clip(linear(picture) * 2 ** np.array(stops), 0, 1)
    coded = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.asarray(np.round(255 * coded), np.uint8)


@pytest.mark.parametrize(("stops", "name"), [((-0.2, 0, -0.6), "temperature"), ((-0.2, -0.4, -0.2), "tint")])
def test_a_cast_is_measured_in_stops(stops: tuple[float, float, float], name: str) -> None:
    photo = _lit(data.astronaut(), (-0.5, -0.5, -0.5))
    before, after = _measured(photo), _measured(_lit(photo, stops))
    assert before is not None
    assert after is not None
    assert getattr(after, name) - getattr(before, name) == pytest.approx(0.2, abs=0.06)
    assert after.exposure < before.exposure


def test_a_grey_picture_has_no_cast_and_darkness_tells_nothing() -> None:
    ramp = np.repeat(np.linspace(30, 220, 200, dtype=np.uint8)[None, :, None], 150, axis=0).repeat(3, axis=2)
    grey = _measured(ramp)
    assert grey is not None
    assert (grey.temperature, grey.tint, grey.disagreement) == (0, 0, 0)
    assert _measured(np.zeros((100, 100, 3), np.uint8)) is None
    assert _measured(np.full((100, 100, 3), 255, np.uint8)) is None


def test_a_light_that_changes_is_uncertain() -> None:
    photo = _lit(data.astronaut(), (-0.5, -0.5, -0.5))
    steady, changing = _measured(photo, photo), _measured(photo, _lit(photo, (0.4, 0, -0.8)), photo)
    assert steady is not None
    assert changing is not None
    assert changing.disagreement >= steady.disagreement + 0.09
    assert changing.temperature == steady.temperature
