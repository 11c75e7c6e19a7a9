"""Texts over faces and products are found, and layouts that leave them free are not."""

from types import SimpleNamespace

import pytest

from pytoon_pipeline.config.presets import load_limits
from pytoon_pipeline.contracts.analysis import Face
from pytoon_pipeline.contracts.geometry import WHOLE, Box
from pytoon_pipeline.contracts.output_format import CANVASES, Aspect
from pytoon_pipeline.contracts.spec.layers import TextLayer, constant
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.planning.analysed_media import AnalysedMedia
from pytoon_pipeline.quality.covered_subjects import text_over_subject
from pytoon_pipeline.quality.deviation import Deviation
from pytoon_pipeline.quality.subjects import known_subjects, subjects_of_still
from pytoon_pipeline_tests.harness.plans import face, footage, planned, still, tones


def found(spec: RenderSpec, *media: AnalysedMedia) -> list[Deviation]:
    subjects = known_subjects(
        {one.item: one.faces for one in media},
        {one.item: one.transparent for one in media if one.is_still},
        0.2,
    )
    limits = load_limits()
    context = SimpleNamespace(spec=spec, limits=limits, subjects=subjects, limit=lambda name: getattr(limits, name))
    return list(text_over_subject(context))  # type: ignore[arg-type]


def moved(spec: RenderSpec, x: float, y: float) -> RenderSpec:
    """The plan with all texts of its first scene, and over it, in one place."""

    def there(layer: object) -> object:
        if not isinstance(layer, TextLayer):
            return layer
        return layer.model_copy(
            update={"transform": layer.transform.model_copy(update={"x": constant(x), "y": constant(y)})}
        )

    first = spec.scenes[0]
    scene = first.model_copy(update={"layers": tuple(map(there, first.layers))})
    overlays = tuple(map(there, spec.overlays))
    return spec.model_copy(update={"scenes": (scene, *spec.scenes[1:]), "overlays": overlays})


@pytest.mark.parametrize("aspect", CANVASES)
@pytest.mark.parametrize("preset", ["clean-product", "soft-editorial", "fresh-cards", "big-type"])
@pytest.mark.parametrize(
    "media",
    [still(1600, 1200, faces=[face(0, 0.5, 0.4, 0.2)], grey=tones(0.0, 1.0)), still(900, 900, transparent=True)],
)
def test_the_layout_of_every_format_leaves_the_subject_free(aspect: Aspect, preset: str, media: AnalysedMedia) -> None:
    text = {"hook": "Introducing our new roast", "cta": "Order now"}
    spec = planned([media], archetype="hero", preset=preset, text=text, outputs=[aspect])
    assert found(spec, media) == []


@pytest.mark.parametrize("aspect", CANVASES)
def test_a_text_that_is_moved_over_the_product_is_found(aspect: Aspect) -> None:
    media = still(900, 900, transparent=True)
    spec = planned(
        [media], archetype="hero", preset="clean-product", text="Introducing our new roast", outputs=[aspect]
    )
    product = next(layer for layer in spec.scenes[0].layers if getattr(layer, "item", None) == media.item)
    fault = moved(spec, product.transform.x[0].value, product.transform.y[0].value)
    findings = found(fault, media)
    assert {one.code for one in findings} == {"text_over_subject"}
    assert all("the product" in one.message and one.value >= 0.35 for one in findings)


def test_a_text_that_hides_a_face_fails_the_video_and_one_beside_it_does_not() -> None:
    person = still(1080, 1920, faces=[face(0, 0.5, 0.3, 0.2)], grey=tones(0.0, 0.05))
    spec = planned([person], archetype="hero", preset="clean-product", text="Hello there", fit="cover")
    assert found(spec, person) == []
    hidden = found(moved(spec, 540, 600), person)
    assert {(one.code, one.severity) for one in hidden} == {("text_over_subject", "gate")}
    assert all(one.value >= 0.5 for one in hidden)


def test_the_face_of_a_clip_counts_while_it_is_there() -> None:
    faces = [face(n / 5, 0.5, 0.4, 0.2) for n in range(100)]
    clip = footage(video=None, faces=faces, speech=())
    spec = planned([clip], archetype="hero", preset="clean-product", text="Hello there", fit="cover", max_seconds=6)
    assert [one for one in found(moved(spec, 540, 800), clip) if one.severity == "gate"]
    gone = [face(30 + n / 5, 0.5, 0.4, 0.2) for n in range(10)]
    assert found(moved(spec, 540, 800), footage(faces=gone, speech=())) == []


def test_a_still_is_about_its_product_or_the_faces_in_it() -> None:
    other = Face(time=0, box=Box(0.1, 0.1, 0.1, 0.1), score=1)
    assert [one.box for one in subjects_of_still([other], False)] == [other.box]
    assert subjects_of_still([], False) == ()
    assert [one.box for one in subjects_of_still([other], True)] == [WHOLE]
