"""What a brand adds to a plan and what it refuses."""

import pytest

from pytoon_pipeline.contracts.analysis import Tones
from pytoon_pipeline.contracts.brand import Watermark
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.output_format import CANVASES
from pytoon_pipeline.contracts.spec.effects import Shadow
from pytoon_pipeline.contracts.spec.layers import ImageLayer
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.planning.branding import watermark_layer
from pytoon_pipeline_tests.harness.layout import items, texts
from pytoon_pipeline_tests.harness.plans import face, planned, still, tones


def branded(**wishes: object) -> RenderSpec:
    logo = still(640, 240, item="d" * 64, transparent=True)
    return planned([still()], brand="acme", logo=logo, **wishes)


def test_a_brand_brings_its_fonts_colours_watermark_and_end_card() -> None:
    spec = branded(text="Hello")
    assert spec.brand is not None
    assert {layer.style.font for layer in texts(spec)} == {"Manrope ExtraBold", "Manrope SemiBold"}
    mark = spec.overlays[-1]
    assert (mark.name, mark.frames) == ("watermark", spec.scenes[-1].start)
    assert [(key.frame - mark.frames, key.value) for key in mark.transform.opacity] == [(-8, 0.9), (0, 0)]
    end = spec.scenes[-1]
    assert end.background == "#12355B"
    assert [layer.name for layer in end.layers[end.background_layers :]] == [
        "arch",
        "arch",
        "picture",
        "logo",
        "end card",
        "handle",
    ]
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


def tiles(busy: tuple[int, int, int, int], shade: tuple[float, float]) -> Tones:
    """Calm dark tones, but for cells between columns and rows (left, top, right, bottom)."""
    left, top, right, bottom = busy
    inside = [left <= n % 16 < right and top <= n // 16 < bottom for n in range(256)]
    return Tones(
        columns=16, rows=16, darkest=tuple(shade[0] if one else 0.02 for one in inside),
        lightest=tuple(shade[1] if one else 0.05 for one in inside),
    )  # fmt: skip


CANVAS = CANVASES["9:16"]
AREA = Rect(left=65, top=270, right=940, bottom=1440)


def corner_of(shown: list, settings: Watermark | None = None, upper: bool = False) -> tuple[bool, bool]:
    """Whether the watermark stands at the left, and at the top."""
    logo = still(640, 240, item="d" * 64, transparent=True)
    layer = watermark_layer(settings or Watermark(), logo, CANVAS, AREA, shown, upper)
    assert layer is not None
    return layer.transform.x[0].value < 540, layer.transform.y[0].value < 960


def test_a_watermark_without_a_corner_avoids_detail_and_faces() -> None:
    calm = still(1080, 1920, grey=tiles((0, 0, 0, 0), (0, 1)))
    assert corner_of([]) == corner_of([calm]) == (False, True)
    busy = still(1080, 1920, grey=tiles((8, 0, 16, 8), (0.0, 0.9)))
    assert corner_of([busy]) == (True, True)
    assert corner_of([calm, busy]) == (True, True)
    watched = still(1080, 1920, grey=calm.sampled.tones, faces=[face(0, 0.75, 0.24, 0.2)])
    assert corner_of([watched]) == (True, True)
    upper_half = still(1080, 1920, grey=tiles((0, 0, 16, 8), (0.0, 0.9)))
    assert corner_of([upper_half]) == (False, False)
    assert corner_of([upper_half], upper=True) == (False, True)
    assert corner_of([busy], Watermark(corner="top_right")) == (False, True)


def test_a_watermark_on_a_ground_of_its_own_brightness_has_a_shadow() -> None:
    def effects(light: float, ink: float) -> list[str]:
        logo = still(640, 240, item="d" * 64, transparent=True, grey=tones(ink, ink))
        ground = still(1080, 1920, grey=tones(light, light))
        layer = watermark_layer(Watermark(), logo, CANVAS, AREA, [ground])
        assert layer is not None
        return [effect.colour for effect in layer.effects if isinstance(effect, Shadow)]

    assert effects(light=0.9, ink=0.95) == ["#000000"]
    assert effects(light=0.02, ink=0.01) == ["#FFFFFF"]
    assert effects(light=0.02, ink=0.95) == []


@pytest.mark.parametrize("preset", ["brand-panel", "fresh-cards", "soft-editorial"])
def test_the_watermark_stands_on_the_ground_above_pictures(preset: str) -> None:
    logo = still(640, 240, item="d" * 64, transparent=True)
    busy = still(1600, 1200, grey=tiles((8, 0, 16, 16), (0.0, 1.0)))
    spec = planned([busy], brand="acme", brand_safe=False, logo=logo, preset=preset, text="Hello")
    mark = spec.overlays[-1]
    assert mark.transform.x[0].value > 540
    bottom = mark.transform.y[0].value + mark.height / 2
    shown = next(layer for layer in spec.scenes[0].layers if isinstance(layer, ImageLayer))
    assert bottom < shown.transform.y[0].value - shown.height / 2
    assert all(layer.transform.y[-1].value - layer.height / 2 > bottom for layer in texts(spec)[:1])
