"""Pictures that go on out of focus above their upper edge, with their texts there."""

import dataclasses

import pytest

from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline.contracts.spec.effects import Blur, Feather
from pytoon_pipeline.contracts.spec.layers import ImageLayer, Layer
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline_tests.harness.layout import apart, area_of, texts
from pytoon_pipeline_tests.harness.plans import planned, still, tones

WIDE = Box(x=0.1, y=0.3, width=0.8, height=0.4)
DARK, LIGHT = tones(0.0, 0.05), tones(0.8, 0.9)


def named(spec: RenderSpec, name: str) -> list[Layer]:
    return [one for one in spec.scenes[0].layers if one.name == name]


@pytest.mark.parametrize("grey", [DARK, LIGHT])
def test_a_picture_that_is_too_wide_for_the_frame_goes_on_above_its_edge(grey: object) -> None:
    spec = planned([still(1600, 900, matter=WIDE, grey=grey)], text="Words above it", preset="clean-product")
    (picture,), (beyond,), (title, *_) = named(spec, "picture"), named(spec, "out of focus"), texts(spec)
    assert isinstance(beyond, ImageLayer)
    assert (area_of(beyond).top, area_of(picture).bottom, picture.width, beyond.width) == (0, 1920, 1080, 1080)
    assert apart(area_of(picture), area_of(title))
    blur, feather = beyond.effects
    assert isinstance(blur, Blur)
    assert isinstance(feather, Feather)
    assert area_of(beyond).bottom - feather.bottom == area_of(picture).top, "it ends where the picture is in focus"


def test_what_goes_on_is_the_upper_edge_of_the_part_that_is_shown() -> None:
    spec = planned([still(1600, 900, matter=WIDE)], text="Words above it", preset="clean-product")
    (picture,), (beyond,) = named(spec, "picture"), named(spec, "out of focus")
    assert isinstance(picture, ImageLayer)
    assert isinstance(beyond, ImageLayer)
    above, below = beyond.crop_path, picture.crop_path
    assert above.keyframes[0].y - above.height / 2 == pytest.approx(below.keyframes[0].y - below.height / 2, abs=0.01)
    assert len(above.keyframes) == 1, "it rests, so it is drawn once"


def test_texts_over_several_pictures_have_one_colour_over_scrims() -> None:
    pictures = [still(1600, 900, matter=WIDE, grey=grey, item=f"{n:064x}") for n, grey in enumerate((DARK, LIGHT))]
    spec = planned(pictures, text="Look up", preset="clean-product", archetype="hero")
    assert {title.style.colour for title in texts(spec)[:1]} == {"#FFFFFF"}
    assert [layer.name for layer in spec.scenes[1].layers].count("scrim") == 1


@pytest.mark.parametrize(("preset", "own"), [("night-neon", True), ("clean-product", False)])
def test_scrims_have_the_dark_ground_of_the_preset_or_the_tone_of_the_picture(preset: str, own: bool) -> None:
    spec = planned([still(1600, 900, matter=WIDE)], text="Words above it", preset=preset, archetype="hero")
    (scrim,) = named(spec, "scrim")
    assert (scrim.fill.colours == ("#12052E",)) == own  # type: ignore[union-attr]


def test_a_requested_ground_stays_and_a_whole_picture_is_a_card() -> None:
    spec = planned([still(1600, 900, matter=WIDE)], preset="clean-product", background="#204060", text="Words")
    assert named(spec, "out of focus") == []
    assert [one.fill.colours for one in named(spec, "curve")][-1] == ("#204060",)  # type: ignore[union-attr]
    whole = still(2000, 500, matter=Box(x=0.0, y=0.0, width=1.0, height=1.0))
    low = planned([dataclasses.replace(whole)], preset="clean-product", text="A few words")
    assert [one.name for one in low.scenes[0].layers if isinstance(one, ImageLayer)] == ["product"]
