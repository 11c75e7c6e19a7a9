"""Pictures and clips that go on above their upper edge, with their texts there."""

import dataclasses

import pytest

from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline.contracts.spec.effects import Blur, Feather
from pytoon_pipeline.contracts.spec.layers import ImageLayer, Layer, ShapeLayer, VideoLayer
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.media.colour import contrast, luminance_of
from pytoon_pipeline.planning.analysed_media import AnalysedMedia
from pytoon_pipeline_tests.harness.layout import apart, area_of, texts
from pytoon_pipeline_tests.harness.plans import footage, planned, still

WIDE = Box(x=0.1, y=0.3, width=0.8, height=0.4)
EXTENDED = {"layout": {"picture": "extended"}}


def named(spec: RenderSpec, name: str, scene: int = 0) -> list[Layer]:
    return [one for one in spec.scenes[scene].layers if one.name == name]


def with_edge(colour: str, n: int = 0) -> AnalysedMedia:
    """A picture that is too wide for the frame, with the colour of its upper edge."""
    picture = still(1600, 900, matter=WIDE, item=f"{n:064x}")
    tones = picture.sampled.tones.model_copy(update={"top": (colour,) * 32, "bottom": ("#404040",) * 32})
    return dataclasses.replace(picture, frames=picture.sampled.model_copy(update={"tones": tones}))


def grounds(spec: RenderSpec, scene: int = 0) -> set[str]:
    layers = [one for one in named(spec, "ground", scene) if isinstance(one, ShapeLayer)]
    return {colour for layer in layers for colour in layer.fill.colours}


@pytest.mark.parametrize(("edge", "light"), [("#704020", False), ("#E8E9D8", True)])
def test_a_picture_goes_on_in_the_colour_of_its_edge(edge: str, light: bool) -> None:
    spec = planned([with_edge(edge)], text="Words above it", preset="clean-product")
    (picture,), (title, *_) = named(spec, "picture"), texts(spec)
    assert isinstance(picture, ImageLayer)
    assert (area_of(picture).bottom, picture.width) == (1920, 1080)
    assert apart(area_of(picture), area_of(title))
    assert all((luminance_of(one) > 0.4) == light for one in grounds(spec))
    assert all(contrast(luminance_of(one), luminance_of(title.style.colour)) >= 4.5 for one in grounds(spec))
    assert named(spec, "out of focus") == []


@pytest.mark.parametrize("preset", ["clean-product", "night-neon"])
def test_several_pictures_and_dark_presets_keep_light_text(preset: str) -> None:
    one = planned([with_edge("#E8E9D8")], text="Look up", preset=preset, archetype="hero")
    assert (texts(one)[0].style.colour == "#F4FBFF") == (preset == "night-neon")
    two = planned([with_edge("#704020"), with_edge("#E8E9D8", 1)], text="Look up", preset=preset, archetype="hero")
    for scene in (0, 1):
        ground = grounds(two, scene)
        assert all(contrast(luminance_of(one), luminance_of(texts(two)[0].style.colour)) >= 4.5 for one in ground)


def test_a_clip_goes_on_out_of_focus() -> None:
    spec = planned([footage()], text="Words above it", archetype="hero", adjust=EXTENDED)
    (picture,), (beyond,), (title, *_) = named(spec, "picture"), named(spec, "out of focus"), texts(spec)
    assert isinstance(beyond, VideoLayer)
    assert isinstance(picture, VideoLayer)
    assert (area_of(beyond).top, area_of(picture).bottom, picture.width, beyond.width) == (0, 1920, 1080, 1080)
    assert apart(area_of(picture), area_of(title))
    blur, feather = beyond.effects
    assert isinstance(blur, Blur)
    assert isinstance(feather, Feather)
    assert area_of(beyond).bottom - feather.bottom == area_of(picture).top, "it ends where the picture is in focus"
    above, below = beyond.crop_path, picture.crop_path
    assert above.keyframes[0].y - above.height / 2 == pytest.approx(below.keyframes[0].y - below.height / 2, abs=0.01)
    assert len(above.keyframes) == 1


def test_a_requested_ground_stays_and_a_whole_picture_is_a_card() -> None:
    spec = planned([still(1600, 900, matter=WIDE)], preset="clean-product", background="#204060", text="Words")
    assert named(spec, "ground") == []
    assert [one.fill.colours for one in named(spec, "curve")][-1] == ("#204060",)  # type: ignore[union-attr]
    whole = dataclasses.replace(with_edge("#E8E9D8"), info=still(2000, 500).info)
    low = planned([whole], preset="clean-product", text="A few words")
    assert [one.name for one in low.scenes[0].layers if isinstance(one, ImageLayer)] == ["product"]
