"""What a brand adds to a plan and what it refuses."""

import pytest

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.spec.layers import ImageLayer
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline_tests.harness.layout import items, texts
from pytoon_pipeline_tests.harness.plans import planned, still


def branded(**wishes: object) -> RenderSpec:
    logo = still(640, 240, item="d" * 64, transparent=True)
    return planned([still()], brand="acme", logo=logo, **wishes)


def test_a_brand_brings_its_fonts_colours_watermark_and_end_card() -> None:
    spec = branded(text="Hello")
    assert spec.brand is not None
    assert {layer.style.font for layer in texts(spec)} == {"Manrope ExtraBold"}
    mark = spec.overlays[-1]
    assert (mark.name, mark.frames) == ("watermark", spec.scenes[-1].start)
    assert mark.transform.opacity[0].value == 0.9
    end = spec.scenes[-1]
    assert end.background == "#12355B"
    assert [layer.name for layer in end.layers] == ["logo", "end card"]
    assert spec.frames <= 60 * 30


@pytest.mark.parametrize(
    ("wishes", "path"),
    [
        ({"transition": "push"}, "transition: the brand “acme” does not allow “push”"),
        ({"adjust": {"headline": {"colour": "#FF0000"}}}, "adjust.headline.colour"),
        ({"adjust": {"captions": {"font": "Roboto Bold"}}}, "adjust.captions.font"),
    ],
)
def test_brand_safe_refuses_what_is_not_the_brands(wishes: dict, path: str) -> None:
    with pytest.raises(InvalidInput, match=path) as raised:
        branded(**wishes)
    assert raised.value.code == "brand_refused"
    assert branded(**wishes, brand_safe=False).brand is not None


def test_brand_safe_replaces_a_presets_transition_and_says_so() -> None:
    spec = planned(items(2), brand="acme", preset="night-neon")
    assert {s.transition.kind for s in spec.scenes if s.transition} <= {"crossfade", "slide"}
    assert "brand_transition" in {note.code for note in spec.notes}


def test_without_a_brand_every_transition_is_allowed() -> None:
    spec = planned(items(2), transition="zoom")
    assert spec.scenes[1].transition is not None
    assert spec.scenes[1].transition.kind == "zoom"


def test_brand_safe_recolours_and_stretches_no_product() -> None:
    spec = branded(archetype="overlay")
    product = next(layer for layer in spec.scenes[0].layers if layer.name == "product")
    assert not any(effect.recolours for effect in product.effects)
    assert isinstance(product, ImageLayer)
    shape = product.crop_path.width * 1600 / (product.crop_path.height * 1200)
    assert shape == pytest.approx(product.width / product.height, rel=1e-5), "cut by less than a pixel, not stretched"
