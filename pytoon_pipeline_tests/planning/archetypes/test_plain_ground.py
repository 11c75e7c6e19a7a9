"""Pictures before a plain background, which goes on over the frame above them."""

import dataclasses

import pytest

from pytoon_pipeline.contracts.analysis import Tones
from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline.contracts.spec.layers import ImageLayer, ShapeLayer
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.media.colour import contrast, luminance_of
from pytoon_pipeline_tests.harness.layout import apart, area_of, texts
from pytoon_pipeline_tests.harness.plans import planned, still

WIDE = Box(x=0.1, y=0.3, width=0.8, height=0.4)


def on_ground(edge: str, width: int = 1600, height: int = 900, matter: Box = WIDE, text: str = "Words") -> RenderSpec:
    picture = still(width, height, matter=matter)
    tones = picture.sampled.tones.model_copy(update={"top": (edge,) * 32, "bottom": (edge,) * 32})
    shot = dataclasses.replace(picture, frames=picture.sampled.model_copy(update={"tones": tones}))
    return planned([shot], text=text, preset="clean-product", archetype="overlay")


def grounds(spec: RenderSpec) -> list[ShapeLayer]:
    return [one for one in spec.scenes[0].layers if isinstance(one, ShapeLayer) and one.name == "ground"]


@pytest.mark.parametrize("edge", ["#203050", "#7A5B46", "#E8E9D8"])
def test_the_ground_has_the_tone_of_the_edge_and_carries_the_text(edge: str) -> None:
    spec = on_ground(edge)
    layer = next(one for one in spec.scenes[0].layers if isinstance(one, ImageLayer))
    title = texts(spec)[0]
    assert (layer.width, area_of(layer).bottom) == (1080, 1920)
    assert apart(area_of(layer), area_of(title))
    for colour in {one for ground in grounds(spec) for one in ground.fill.colours}:
        assert contrast(luminance_of(colour), luminance_of(title.style.colour)) >= 4.5
        assert (luminance_of(colour) > 0.4) == (luminance_of(edge) > 0.4), "a light edge stays light"
    (fade,) = (one for one in spec.scenes[0].layers if one.name == "fade")
    assert isinstance(fade, ShapeLayer)
    assert area_of(fade).top == area_of(layer).top
    assert (fade.fill.opacity_at(0.0), fade.fill.opacity_at(1.0)) == (1.0, 0.0)


def test_a_low_picture_fades_at_both_edges() -> None:
    spec = on_ground("#203050", 2000, 500, Box(x=0.0, y=0.0, width=1.0, height=1.0))
    assert [one.name for one in spec.scenes[0].layers].count("fade") == 2


def test_tones_of_older_analyses_have_no_edges() -> None:
    assert Tones(columns=1, rows=1, darkest=(0,), lightest=(1,)).top == ()
