"""Tones and light with torch: what the meters find in the same pictures one by one, on the CPU."""

from collections.abc import Sequence

import numpy as np
import pytest
import torch

from pytoon_pipeline.analysis.vision import gpu_light
from pytoon_pipeline.analysis.vision.light import LightMeter
from pytoon_pipeline.analysis.vision.sampling import Samples
from pytoon_pipeline.analysis.vision.small_frames import Image
from pytoon_pipeline.analysis.vision.tones import ToneMeter
from pytoon_pipeline.contracts.analysis import Tones
from pytoon_pipeline.contracts.colour import ColourMeasure
from pytoon_pipeline.media.colour import rgb

# A level of 255 at most in a small picture: of luminance from 0 to 1, and of what is made of many pixels.
MAX_TONE, MAX_LEVEL, MAX_LIGHT = 0.009, 1, 0.01


def by_cpu(pictures: Sequence[Image]) -> tuple[Tones, ColourMeasure | None]:
    tones, light = ToneMeter(), LightMeter()
    for picture in pictures:
        tones.add(picture)
        light.add(picture)
    return tones.tones, light.measure


def by_torch(pictures: Sequence[Image]) -> tuple[Tones, ColourMeasure | None]:
    tones, light = ToneMeter(), LightMeter()
    for found in gpu_light.measure(torch.from_numpy(np.stack(pictures))):
        tones.include(found[0])
        light.include(found[1])
    return tones.tones, light.measure


def check_equal(pictures: Sequence[Image]) -> None:
    (tones, light), (wanted, wanted_light) = by_torch(pictures), by_cpu(pictures)
    assert tones.darkest == pytest.approx(wanted.darkest, abs=MAX_TONE)
    assert tones.lightest == pytest.approx(wanted.lightest, abs=MAX_TONE)
    found, others = ([rgb(one) for one in (tones.shade, *tones.top, *tones.bottom)] for tones in (tones, wanted))
    assert np.abs(np.subtract(found, others)).max() <= MAX_LEVEL
    assert (light is None) == (wanted_light is None)
    if light is not None and wanted_light is not None:
        assert light.model_dump() == pytest.approx(wanted_light.model_dump(), abs=MAX_LIGHT)


def test_a_talk_is_measured_as_by_the_cpu(talk: Samples, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also in several batches."""
    monkeypatch.setattr(gpu_light, "BATCH", 4)
    check_equal([image for _, image in talk][:10])


def flat(*colour: int) -> Image:
    return np.full((130, 240, 3), colour, np.uint8)


@pytest.mark.parametrize(
    "picture",
    [flat(0, 0, 0), flat(255, 255, 255), flat(40, 90, 160), np.vstack([flat(0, 0, 0), flat(200, 30, 60)])],
    ids=["black", "white", "one colour", "half black"],
)
def test_pictures_that_say_little_are_measured_as_by_the_cpu(picture: Image) -> None:
    check_equal([picture])


def test_pictures_without_colour_do_not_hide_those_with_it() -> None:
    ramp = np.repeat(np.linspace(0, 255, 240).astype(np.uint8)[None, :, None], 130, 0) * np.ones(3, np.uint8)
    check_equal([flat(0, 0, 0), ramp, flat(20, 60, 90)])
    check_equal([np.random.default_rng(2).integers(0, 256, (160, 213, 3), np.uint8)])
