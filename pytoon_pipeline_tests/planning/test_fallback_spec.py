"""The plain version of a plan: the same scenes at the same times, with the least that rendering takes."""

from itertools import pairwise

import numpy as np

from pytoon_pipeline.contracts.preset import CaptionStyle
from pytoon_pipeline.contracts.spec.effects import Blur
from pytoon_pipeline.contracts.spec.layers import ImageLayer, TextLayer
from pytoon_pipeline.planning.fallback_spec import fallback_spec
from pytoon_pipeline.rendering.caption_raster import CaptionRaster
from pytoon_pipeline.rendering.captions import Event
from pytoon_pipeline.rendering.fallback_text import literal
from pytoon_pipeline.rendering.text import draw_text
from pytoon_pipeline_tests.harness.plans import planned, still


def test_the_fallback_spec_keeps_pictures_words_and_times() -> None:
    one, other = "a" * 64, "b" * 64
    spec = planned([still(item=one), still(item=other)], archetype="hero", text="Half price", transition="crossfade")
    assert any(scene.transition for scene in spec.scenes)
    simple = fallback_spec(spec)
    assert (simple.frames, simple.segments, simple.audio) == (spec.frames, spec.segments, spec.audio)
    assert simple.fallback
    assert [scene.start for scene in simple.scenes] == [scene.start for scene in spec.scenes]
    assert all(a.end == b.start for a, b in pairwise(simple.scenes))
    assert simple.scenes[-1].end == spec.frames
    assert [text.lines for _, _, text in simple.texts()] == [text.lines for _, _, text in spec.texts()]
    for scene in simple.scenes:
        assert scene.transition is None
        for layer in scene.layers:
            assert all(isinstance(effect, Blur) for effect in layer.effects)
            assert not isinstance(layer, TextLayer) or layer.style.text_engine == "plain"


def test_unreadable_items_are_left_out_of_the_fallback_spec() -> None:
    one, other = "a" * 64, "b" * 64
    spec = planned([still(item=one), still(item=other)], archetype="hero", text="Half price")
    simple = fallback_spec(spec, {other})
    shown = {layer.item for scene in simple.scenes for layer in scene.layers if isinstance(layer, ImageLayer)}
    assert shown == {one}
    assert len(simple.scenes) == len(spec.scenes)


def test_the_fallback_draws_letters_as_written() -> None:
    assert literal("{\\an5\\pos(1,2)}a \\{b\\} c\\\u2060d\\Ne{\\1c&H00FF00&}f") == "a {b} c\\d\nef"


def test_fallback_text_is_where_shaped_text_would_be() -> None:
    event = Event(0, 9, "{\\1c&H00FFFF&}WE CHOOSE {\\1c&HFFFFFF&}TO GO")
    boxes = []
    for setting in ("shaped", "plain"):
        style = CaptionStyle.model_validate({"text_engine": setting, "size": 60, "position": 0.8})
        patch = CaptionRaster(style, 540, 960).sprite(event, 5, (540, 960))
        assert patch is not None
        assert patch.image.a is not None
        rows, columns = (np.flatnonzero((patch.image.a > 128).any(axis=axis)) for axis in (1, 0))
        boxes.append((patch.top + rows[0], patch.top + rows[-1], patch.left + columns[0], patch.left + columns[-1]))
    assert np.abs(np.subtract(*boxes)).max() < 24


def test_a_word_that_is_too_wide_shrinks() -> None:
    style = CaptionStyle.model_validate({"text_engine": "plain", "size": 150, "margin": 20})
    patch = CaptionRaster(style, 540, 960).sprite(Event(0, 1, "INCOMPREHENSIBILITIES"), 0, (540, 960))
    assert patch is not None
    assert patch.left >= 0
    assert patch.left + patch.image.size[0] <= 540
    draw_text.cache_clear()
