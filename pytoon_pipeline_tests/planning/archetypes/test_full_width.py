"""Pictures as wide as the frame, below their texts, on a ground of their own tone."""

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


def shown(spec: RenderSpec) -> ImageLayer:
    return next(layer for layer in spec.scenes[0].layers if isinstance(layer, ImageLayer))


def grounds(spec: RenderSpec) -> list[ShapeLayer]:
    return [one for one in spec.scenes[0].layers if isinstance(one, ShapeLayer) and one.name == "ground"]


@pytest.mark.parametrize("edge", ["#203050", "#7A5B46", "#E8E9D8"])
def test_a_picture_that_cannot_fill_the_frame_stands_on_the_tone_of_its_edge(edge: str) -> None:
    picture = still(1600, 900, matter=WIDE)
    tones = picture.sampled.tones.model_copy(update={"top": (edge,) * 32, "bottom": (edge,) * 32})
    frames = picture.sampled.model_copy(update={"tones": tones})
    spec = planned([dataclasses.replace(picture, frames=frames)], text="Words above it", preset="clean-product")
    layer, (title,) = shown(spec), texts(spec)
    assert layer.width == 1080
    assert area_of(layer).bottom == 1920
    assert apart(area_of(layer), area_of(title))
    for colour in {one for ground in grounds(spec) for one in ground.fill.colours}:
        assert contrast(luminance_of(colour), luminance_of(title.style.colour)) >= 4.5
        assert (luminance_of(colour) > 0.4) == (luminance_of(edge) > 0.4), "a light edge stays light"
    (fade,) = (one for one in spec.scenes[0].layers if one.name == "fade")
    assert isinstance(fade, ShapeLayer)
    assert area_of(fade).top == area_of(layer).top
    assert (fade.fill.opacity_at(0.0), fade.fill.opacity_at(1.0)) == (1.0, 0.0)


def test_all_grounds_of_several_pictures_carry_the_text_of_the_preset() -> None:
    pictures = []
    for n, edge in enumerate(("#203050", "#F0F0F0")):
        picture = still(1600, 900, matter=WIDE, item=f"{n:064x}")
        tones = picture.sampled.tones.model_copy(update={"top": (edge,) * 32})
        pictures.append(dataclasses.replace(picture, frames=picture.sampled.model_copy(update={"tones": tones})))
    spec = planned(pictures, text="Look up", preset="clean-product", archetype="hero")
    (title,) = texts(spec)
    assert (title.style.colour, title.style.outline, title.frames) == ("#FFFFFF", 0, spec.frames), "it stays"


def test_a_low_picture_fades_at_both_edges_and_a_requested_ground_stays() -> None:
    spec = planned([still(2000, 500, matter=Box(x=0.0, y=0.0, width=1.0, height=1.0))], preset="clean-product")
    fades = [one for one in spec.scenes[0].layers if one.name == "fade"]
    assert len(fades) == 2
    plain = planned([still(1600, 900, matter=WIDE)], preset="clean-product", background="#204060")
    assert grounds(plain) == []


def test_tones_without_edges_have_the_dark_tone() -> None:
    assert Tones(columns=1, rows=1, darkest=(0,), lightest=(1,)).top == ()
    (first, *_) = grounds(planned([still(1600, 900, matter=WIDE)], preset="clean-product"))
    assert luminance_of(first.fill.colours[0]) < 0.02


def test_a_picture_that_is_too_tall_for_its_place_is_a_card_or_fills_a_low_frame() -> None:
    tall = still(400, 1600, matter=Box(x=0.0, y=0.0, width=1.0, height=1.0))
    layers = planned([tall], preset="soft-editorial", text="A few words").scenes[0].layers
    assert any(layer.name == "product" for layer in layers)
    low = planned([still(900, 1200)], preset="soft-editorial", text="A few words", outputs=["4:5"])
    assert (shown(low).width, shown(low).height) == (low.width, low.height)
