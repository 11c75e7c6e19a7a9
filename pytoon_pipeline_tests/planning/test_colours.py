"""The colour corrections of a video."""

from dataclasses import replace

import numpy as np
import pytest

from pytoon_pipeline.contracts.colour import ColourCorrection, ColourMeasure, Lut
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.spec.layers import ImageLayer, VideoLayer, nested
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.planning.analysed_media import AnalysedMedia
from pytoon_pipeline.planning.colours import corrected_tones
from pytoon_pipeline.planning.plan import plan_video
from pytoon_pipeline_tests.harness.plans import footage, plan_inputs, planned, still, tones


def _lit(file: AnalysedMedia, number: int, temperature: float = 0.0, exposure: float = 0.0) -> AnalysedMedia:
    light = ColourMeasure(temperature=temperature, tint=0, disagreement=0, exposure=exposure, highlights=0.8, clipped=0)
    frames = file.sampled.model_copy(update={"light": light})
    return replace(file, item=f"{number}" * 64, name=f"{number}.jpg", frames=frames)


WARM, NEUTRAL = _lit(still(), 1, 0.6), _lit(still(), 2)
CLIP = _lit(footage(4.0, speech=()), 3, 0.6)
CUT_OUT = _lit(still(transparent=True), 4, 0.6)


def _colours(spec: RenderSpec) -> dict[str, set[ColourCorrection | None]]:
    """The corrections of all layers, by the first digit of the file."""
    found: dict[str, set[ColourCorrection | None]] = {}
    for _, _, layer in spec.layers():
        for one in nested(layer):
            if isinstance(one, VideoLayer | ImageLayer):
                found.setdefault(one.item[0], set()).add(one.colour)
    return found


def test_without_a_request_nothing_changes() -> None:
    spec = planned((WARM, NEUTRAL, CLIP))
    assert all(colours == {None} for colours in _colours(spec).values())
    assert not [note for note in spec.notes if note.code.startswith("colour")]
    assert planned((WARM, NEUTRAL, CLIP), colours="off") == spec


def test_what_has_a_cast_is_corrected_in_every_layer_and_notes_say_so() -> None:
    spec = planned((WARM, NEUTRAL, CLIP), colours="even")
    cooler = ColourCorrection(temperature=-0.5)
    assert _colours(spec) == {"1": {cooler}, "2": {None}, "3": {cooler}}
    (note,) = [note for note in spec.notes if note.code == "colour_corrected"]
    assert "“1.jpg” 0.5 stops cooler; “3.jpg” 0.5 stops cooler" in note.message


def test_cut_outs_and_logos_keep_their_pixels() -> None:
    logo = _lit(still(transparent=True), 5, 0.6)
    spec = planned((CUT_OUT, NEUTRAL), colours="even", logo=logo)
    assert all(colours == {None} for colours in _colours(spec).values())
    assert "“4.jpg” are not, or not fully, corrected: it is a cut-out" in str(spec.notes)


def test_a_brand_keeps_photos_and_lets_clips_be_corrected() -> None:
    safe = _colours(planned((WARM, CLIP), colours="even", brand="acme"))
    assert safe["1"] == {None}
    assert safe["3"] == {ColourCorrection(temperature=-0.5)}
    free = _colours(planned((WARM, CLIP), colours="even", brand="acme", brand_safe=False))
    assert free["1"] == free["3"]


@pytest.mark.parametrize("reference", [2, "item-1"])
def test_all_items_are_matched_to_a_reference(reference: int | str) -> None:
    dark = _lit(still(), 6, 0.6, -0.5)
    found = _colours(planned((WARM, NEUTRAL, dark), colours={"reference": reference}))
    assert found["1"] == {ColourCorrection(temperature=-0.6)}
    assert found["2"] == {None}
    assert found["6"] == {ColourCorrection(temperature=-0.6, exposure=0.5)}


def test_a_reference_may_be_corrected_itself() -> None:
    found = _colours(planned((WARM, NEUTRAL), colours={"reference": 1, "balance": "even"}))
    assert found["1"] == {ColourCorrection(temperature=-0.5)}
    assert found["2"] == {ColourCorrection(temperature=0.1)}


def test_a_reference_must_be_an_item_that_can_be_measured() -> None:
    with pytest.raises(ValueError, match="no item of this video"):
        plan_inputs((WARM,), colours={"reference": 2})
    with pytest.raises(InvalidInput) as error:
        planned((still(), WARM), colours={"reference": 1})
    assert error.value.code == "colour_reference"


def test_tones_are_those_after_the_correction() -> None:
    brighter = corrected_tones(tones(0.1, 0.6), ColourCorrection(exposure=0.5))
    assert 0.13 < brighter.darkest[0] < 0.15
    assert 0.6 < brighter.lightest[0] < 1
    warmer = corrected_tones(
        tones().model_copy(update={"shade": "#404040", "top": ("#808080",)}), ColourCorrection(temperature=0.4)
    )
    assert int(warmer.shade[1:3], 16) > int(warmer.shade[5:7], 16)
    assert int(warmer.top[0][1:3], 16) > int(warmer.top[0][5:7], 16)
    assert warmer.bottom == ()


LUT = Lut.of(1, 2, np.array([[1, 1, 1], [0, 0, 0]], np.float32).tobytes())


def _with_look(*files: AnalysedMedia, **wishes: object) -> RenderSpec:
    resolved, media = plan_inputs(files, adjust={"look": {"strength": 0.5}}, **wishes)
    return plan_video(resolved.model_copy(update={"lut": LUT}), media)


def test_a_look_is_on_photos_and_clips_but_not_on_cut_outs() -> None:
    spec = _with_look(WARM, CLIP, CUT_OUT)
    found = _colours(spec)
    assert found["1"] == found["3"] == {ColourCorrection(lut=0.5)}
    assert found["4"] == {None}
    assert spec.lut == LUT
    assert _colours(_with_look(WARM, CLIP, colours="even"))["1"] == {ColourCorrection(temperature=-0.5, lut=0.5)}


def test_a_brand_keeps_photos_from_a_look() -> None:
    found = _colours(_with_look(WARM, CLIP, brand="acme"))
    assert found["1"] == {None}
    assert found["3"] == {ColourCorrection(lut=0.5)}
