"""The RenderSpec as a document."""

from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline_tests.harness.plans import face, footage, plan, words_at


def test_a_render_spec_survives_a_round_trip_through_json() -> None:
    spec = plan(footage(words=words_at((1, 1.5)), faces=tuple(face(0.2 * n, 0.5) for n in range(100))))
    assert RenderSpec.model_validate_json(spec.model_dump_json()) == spec
