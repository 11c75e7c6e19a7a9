"""What a frame should show, drawn from the plan: letters that fade together with their box are not compared."""

import pytest

from pytoon_pipeline.config.presets import load_preset
from pytoon_pipeline.contracts.spec.layers import Keyframe, TextLayer, Transform, constant
from pytoon_pipeline.contracts.spec.render_spec import CaptionPlan, Cue, CueWord, Scene
from pytoon_pipeline.contracts.style import TextBackground, TextStyle
from pytoon_pipeline.planning.captions.contrast import with_colours
from pytoon_pipeline.planning.captions.layout import place_words
from pytoon_pipeline.quality.expected import elements
from pytoon_pipeline.quality.expected_elements import FrameView
from pytoon_pipeline.quality.references import References
from pytoon_pipeline_tests.harness.plans import planned


def text_is_certain(boxed: bool, opacity: float) -> bool:
    box = TextBackground(colour="#FFCC00", opacity=1, padding=20, radius=8) if boxed else None
    layer = TextLayer(
        lines=("Shop now",),
        style=TextStyle(font="Roboto Black", size=100, colour="#000000", background=box),
        width=700,
        height=200,
        transform=Transform(x=constant(540), y=constant(900), opacity=(Keyframe(frame=0, value=opacity),)),
    )
    return certain(
        planned(text="One two three").model_copy(update={"scenes": (Scene(start=0, frames=30, layers=(layer,)),)}), 10
    )


def certain(spec, frame: int) -> bool:  # type: ignore[no-untyped-def]
    spec = spec.model_copy(update={"overlays": ()})
    found = elements(FrameView(spec, frame, (270, 480), References({})))
    return all(one.certain for one in found if one.kind == "text")


@pytest.mark.parametrize(("boxed", "opacity", "known"), [(True, 0.3, False), (False, 0.3, True), (True, 1.0, True)])
def test_letters_that_fade_with_their_box_are_not_compared(boxed: bool, opacity: float, known: bool) -> None:
    assert text_is_certain(boxed, opacity) == known


def test_a_caption_that_fades_with_its_box_is_not_compared() -> None:
    style = with_colours(load_preset("clean-talk", {"captions": {"style": "lower-third"}}).captions)
    cue = Cue(start=0, end=30, words=(CueWord(text="hello", start=0, end=30),))
    placed = place_words(cue, style, 1300, 1080)
    scene = Scene(start=0, frames=30, layers=())
    plan = CaptionPlan(style=style, cues=(placed,))
    spec = planned(text="One two three").model_copy(update={"scenes": (scene,), "captions": plan})
    assert [certain(spec, frame) for frame in (0, 20)] == [False, True]
