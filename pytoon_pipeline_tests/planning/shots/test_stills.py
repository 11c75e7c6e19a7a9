"""Shots of pictures: fit, crop, slow moves."""

import pytest

from pytoon_pipeline.contracts.analysis import Face
from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline.contracts.spec.evaluate import crop_at
from pytoon_pipeline.contracts.spec.layers import ImageLayer, VideoLayer
from pytoon_pipeline_tests.harness.plans import face, footage, planned, still


def test_a_picture_whose_subject_the_frame_would_cut_is_shown_whole() -> None:
    faces = [Face(time=0, box=Box(x=x, y=0.3, width=0.1, height=0.2), score=0.9) for x in (0.05, 0.85)]
    layers = planned([still(2000, 1000, faces=faces)]).scenes[0].layers
    whole = next(layer for layer in layers if isinstance(layer, ImageLayer))
    assert whole.width / whole.height == pytest.approx(2.0, rel=0.01)
    assert (whole.crop_path.width, whole.crop_path.height) == pytest.approx((1, 1), abs=0.01)
    assert "blurred copy" not in [layer.name for layer in layers]


def test_a_landscape_picture_fills_the_frame_around_its_subject() -> None:
    wide = still(1600, 1000, matter=Box(x=0.5, y=0.2, width=0.3, height=0.6))
    (picture,) = planned([wide]).scenes[0].layers
    assert isinstance(picture, ImageLayer)
    window = crop_at(picture.crop_path, 0, 0)
    assert window.x <= 0.5
    assert window.x + window.width >= 0.8


def test_bars_only_when_asked() -> None:
    assert len(planned([still(2000, 1000)], fit="bars").scenes[0].layers) == 1
    for width, height in ((2000, 1000), (1000, 1000), (1000, 2000), (3000, 400)):
        layers = planned([still(width, height)]).scenes[0].layers
        top = min(layer.transform.y[0].value - layer.height / 2 for layer in layers)
        bottom = max(layer.transform.y[0].value + layer.height / 2 for layer in layers)
        assert top <= 0, "something fills the frame, perhaps the picture out of focus above itself"
        assert bottom >= 1920
        assert layers[0].width == 1080


def test_a_covering_picture_keeps_its_aspect_ratio() -> None:
    for width, height in ((1600, 1200), (1080, 1920), (900, 2400)):
        layer = planned([still(width, height)], fit="cover").scenes[0].layers[0]
        assert isinstance(layer, ImageLayer)
        for frame in (0, 60, 119):
            window = crop_at(layer.crop_path, frame, frame)
            assert (window.width * width) / (window.height * height) == pytest.approx(1080 / 1920, rel=1e-4)
            assert window.x >= -1e-6
            assert window.y >= -1e-6
            assert window.x + window.width <= 1 + 1e-6
            assert window.y + window.height <= 1 + 1e-6


def test_a_tiny_picture_does_not_fill_the_frame_and_a_clip_fills_the_frame_unless_people_are_far_apart() -> None:
    tiny = planned([still(300, 300)]).scenes[0].layers
    assert all(layer.height < 1920 for layer in tiny if isinstance(layer, ImageLayer))
    (shown,) = planned([footage(3)], archetype="hero").scenes[0].layers
    assert (shown.width, shown.height) == (1080, 1920)
    apart = [face(n / 5, x) for n in range(15) for x in (0.1, 0.9)]
    layers = planned([footage(3, faces=apart)], archetype="hero").scenes[0].layers
    band = next(layer for layer in layers if isinstance(layer, VideoLayer))
    assert (band.width, band.width / band.height) == (1080, pytest.approx(16 / 9, rel=0.01))


def test_a_portrait_fills_the_frame_where_a_preset_has_cards_with_light_text_on_a_dark_scrim() -> None:
    spec = planned([still(900, 1600)], preset="fresh-cards", text="Two words", platform="tiktok")
    (picture,) = (one for one in spec.scenes[0].layers if isinstance(one, ImageLayer))
    assert (picture.width, picture.height) == (1080, 1920)
    assert {layer.style.colour for _, _, layer in spec.texts() if layer.name != "end card"} == {"#FFFFFF"}
