"""Every format has a layout of its own: texts stay inside its safe area, clear of pictures, in the same sizes."""

import pytest

from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline.contracts.output_format import CANVASES, Aspect
from pytoon_pipeline.contracts.spec.layers import ImageLayer, TextLayer
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.contracts.time import FrameRange
from pytoon_pipeline.planning.layout.scrims import Scrim
from pytoon_pipeline.planning.layout.text_placement import layer_area
from pytoon_pipeline_tests.harness.plans import face, footage, planned, still, tones, words_at

TEXT = {"hook": "A better way to start the day", "cta": "Order before noon"}


def plan(aspect: Aspect, **request: object) -> RenderSpec:
    wanted = {"archetype": "hero", "preset": "fresh-cards", "text": TEXT, "outputs": [aspect]}
    return planned([still(), still(item="e" * 64)], **{**wanted, **request})


@pytest.mark.parametrize("aspect", CANVASES)
@pytest.mark.parametrize("change", [{}, {"preset": "soft-editorial"}, {"preset": "brand-panel", "brand": "acme"}])
def test_texts_stay_inside_the_safe_area_of_each_format(aspect: Aspect, change: dict[str, object]) -> None:
    spec, canvas = plan(aspect, **change), CANVASES[aspect]
    assert (spec.width, spec.height) == (canvas.width, canvas.height)
    for _, _, layer in spec.texts():
        # Places are whole pixels.
        assert spec.constraints.excess(layer_area(layer)) <= 1
        assert layer.style.size >= 44


def test_text_stands_beside_the_card_on_a_landscape_frame() -> None:
    spec = plan("16:9")
    card = layer_area(next(layer for layer in spec.scenes[0].layers if layer.name == "product"))
    texts = [layer_area(layer) for _, end, layer in spec.texts() if end <= spec.scenes[0].end]
    assert texts
    assert all(one.right <= card.left for one in texts)
    assert card.height > 0.8 * spec.height


@pytest.mark.parametrize("aspect", CANVASES)
@pytest.mark.parametrize("preset", ["clean-product", "soft-editorial", "big-type", "bold-offer", "fresh-cards"])
@pytest.mark.parametrize(
    "words", ["Now", "Introducing our new roast", "The happiest animal in the world lives far away"]
)
def test_no_text_stands_over_a_busy_picture(aspect: Aspect, preset: str, words: str) -> None:
    busy = still(1600, 1200, matter=Box(0.25, 0.2, 0.5, 0.6), grey=tones(0.0, 1.0))
    spec = planned([busy], archetype="hero", preset=preset, text={"hook": words}, outputs=[aspect])
    picture = next(layer for layer in spec.scenes[0].layers if layer.name in ("picture", "product"))
    shown = [layer_area(layer) for _, _, layer in spec.texts() if layer.role == "hook"]
    assert shown
    assert not any(one.intersection(layer_area(picture)).area for one in shown)
    assert layer_area(picture).intersection(CANVASES[aspect].area).area >= 0.3 * CANVASES[aspect].area.area


def test_a_picture_beside_its_text_reaches_three_edges_of_a_landscape_frame() -> None:
    busy = still(1600, 1200, grey=tones(0.0, 1.0))
    spec = planned([busy], archetype="hero", preset="clean-product", text="Introducing our new roast", outputs=["16:9"])
    layers = spec.scenes[0].layers
    place = layer_area(next(one for one in layers if one.name == "picture"))
    assert (place.top, place.right, place.bottom) == (0, 1920, 1080)
    (text,) = (layer for start, _, layer in spec.texts() if start == 0)
    assert text.style.size >= 120
    assert next(one for one in layers if one.name == "fade").fill.opacity[0].opacity == 1, "no seam"  # type: ignore[union-attr]


@pytest.mark.parametrize("preset", ["soft-editorial", "big-type", "bold-offer"])
def test_the_edge_beside_a_text_ends_where_its_picture_begins(preset: str) -> None:
    spec = planned([still()], archetype="hero", preset=preset, text="Introducing our new roast", outputs=["16:9"])
    picture = next(layer for layer in spec.scenes[0].layers if layer.name == "picture")
    assert layer_area(picture).left > 0.4 * spec.width
    assert {"arch", "slant", "curve"} & {layer.name for layer in spec.scenes[0].layers}


@pytest.mark.parametrize("aspect", CANVASES)
def test_a_talk_keeps_its_face_in_view_and_its_captions_off_it(aspect: Aspect) -> None:
    clip = footage(
        words=words_at(*((n * 0.5, n * 0.5 + 0.4) for n in range(12))), faces=[face(t, 0.3) for t in range(20)]
    )
    spec = planned([clip], archetype="footage", preset="clean-talk", outputs=[aspect], max_seconds=6)
    safe = spec.constraints.safe_area
    assert spec.captions.cues
    for cue in spec.captions.cues:
        assert all(safe.left <= place.x and place.x + place.width <= safe.right for place in cue.places)
        assert all(safe.top <= place.baseline <= safe.bottom for place in cue.places)


def test_the_same_type_sizes_mean_the_same_in_all_formats() -> None:
    sizes = {
        aspect: max(layer.style.size for _, _, layer in plan(aspect).texts() if isinstance(layer, TextLayer))
        for aspect in CANVASES
    }
    assert max(sizes.values()) <= 2 * min(sizes.values())


@pytest.mark.parametrize("aspect", ["1:1", "16:9"])
def test_a_picture_whose_heads_its_title_would_hide_does_not_fill_the_frame(aspect: Aspect) -> None:
    high, low = face(0, 0.3, 0.35, 0.2), face(0, 0.42, 0.7, 0.2)
    wanted = {"archetype": "hero", "preset": "clean-product", "outputs": [aspect]}
    text = {"hook": "The talk that changed the whole match"}
    crowded = planned([still(1920, 1400, faces=[high, low])], text=text, **wanted)
    card = layer_area(next(layer for layer in crowded.scenes[0].layers if isinstance(layer, ImageLayer)))
    assert card.area < crowded.width * crowded.height
    assert not any(layer_area(layer).intersection(card).area for _, _, layer in crowded.texts())
    dark = still(1920, 1400, faces=[face(0, 0.5, 0.2, 0.1)], grey=tones(0.0, 0.05))
    calm = planned([dark], text=text, **wanted)
    filled = layer_area(next(layer for layer in calm.scenes[0].layers if isinstance(layer, ImageLayer)))
    assert filled.area == calm.width * calm.height


def test_a_scrim_leaves_a_part_of_each_format_in_its_light() -> None:
    for canvas in CANVASES.values():
        top, bottom = round(0.5 * canvas.height), canvas.height
        scrim = Scrim(top, bottom, 0.6, "#101010", FrameRange(start=0, end=30), canvas)
        assert layer_area(scrim.layer(0, 30)).top >= 0.2 * canvas.height
