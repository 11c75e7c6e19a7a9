"""Sequences: how scenes follow each other and overlap in transitions."""

import itertools

import pytest

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.spec.layers import Keyframe, TextLayer, Transform, constant
from pytoon_pipeline.contracts.spec.render_spec import Scene, Transition
from pytoon_pipeline.contracts.style import TextStyle
from pytoon_pipeline.planning.backdrops import Backdrop, everywhere
from pytoon_pipeline.planning.sequences import SceneSequence, SceneTransition, join
from pytoon_pipeline_tests.harness.layout import items
from pytoon_pipeline_tests.harness.plans import planned


def test_the_length_is_the_sum_minus_the_overlaps() -> None:
    spec = planned(items(4), preset="clean-product")
    overlaps = sum(scene.transition.frames for scene in spec.scenes if scene.transition)
    assert overlaps == 3 * 12
    assert spec.frames == sum(scene.frames for scene in spec.scenes) - overlaps
    for before, after in itertools.pairwise(spec.scenes):
        assert after.transition is not None
        assert after.start == before.end - after.transition.frames
    assert [s.kind for s in spec.segments].count("seam") == 3


def test_cuts_do_not_overlap() -> None:
    spec = planned(items(3), transition="cut")
    assert spec.frames == 3 * 96
    assert all(scene.transition is None for scene in spec.scenes)


def text(start: int, frames: int | None) -> TextLayer:
    """A text that fades in within 10 frames and out within 5."""
    end = 100 if frames is None else start + frames
    keys = ((start, 0), (start + 10, 1), (end - 5, 1), (end, 0))
    opacity = tuple(Keyframe(frame=frame, value=value) for frame, value in keys)
    place = Transform(x=constant(540), y=constant(960), opacity=opacity)
    return TextLayer(
        lines=("Hi",), style=TextStyle(), width=400, height=200, start=start, frames=frames, transform=place
    )


def with_texts(*layers: TextLayer) -> SceneSequence:
    return SceneSequence((Scene(start=0, frames=100, layers=layers),), everywhere(Backdrop()))


def test_texts_of_scenes_that_mix_are_not_seen_together() -> None:
    parts = [with_texts(text(0, None)), with_texts(text(0, None), text(30, 20), text(0, 6))]
    first, second = join(parts, SceneTransition("crossfade", 11, "#102030")).scenes
    assert second.transition == Transition(kind="crossfade", frames=11, colour="#102030")
    left = first.layers[0].frames
    assert left == 94
    assert [key.frame for key in first.layers[0].transform.opacity] == [0, 10, 89, 94]
    coming = second.layers[0]
    assert second.start + coming.start == first.start + left == 94
    assert (coming.start, coming.frames) == (5, 95)
    assert [key.frame for key in coming.transform.opacity] == [5, 15, 95, 100]
    # A text in the middle of its scene is not in the way, and one that would be gone at once stays.
    assert second.layers[1:] == parts[1].scenes[0].layers[1:]


def test_texts_of_scenes_that_move_move_with_them() -> None:
    parts = [with_texts(text(0, None)), with_texts(text(0, None))]
    first, second = join(parts, SceneTransition("push", 10)).scenes
    assert first.layers == second.layers == parts[0].scenes[0].layers


def test_an_item_has_its_own_transition() -> None:
    wishes = ["item-0", {"file": "item-1", "transition": "whip"}, "item-2"]
    for kind, expected in (("slide", [None, "whip", "slide"]), ("cut", [None, "whip", None])):
        spec = planned(items(3), media_wishes=wishes, archetype="hero", transition=kind)
        assert [one.transition.kind if one.transition else None for one in spec.scenes] == expected


def test_a_brand_safe_request_has_only_the_transitions_of_its_brand() -> None:
    wishes = ["item-0", {"file": "item-1", "transition": "whip"}]
    with pytest.raises(InvalidInput, match="does not allow “whip”") as raised:
        planned(items(2), media_wishes=wishes, brand="acme")
    assert raised.value.code == "brand_refused"
    planned(items(2), media_wishes=wishes, brand="acme", brand_safe=False)
