"""The simplified plan of the fallback engine: the same scenes at the same times, with plain layers."""

from itertools import pairwise

from pytoon_pipeline.contracts.spec.effects import Blur
from pytoon_pipeline.contracts.spec.layers import ImageLayer, TextLayer
from pytoon_pipeline.planning.fallback_spec import fallback_spec
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
