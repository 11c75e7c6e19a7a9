"""The plan of one segment: only what it shows decides its fingerprint."""

from pytoon_pipeline.contracts.spec.render_spec import Scene, Segment
from pytoon_pipeline.rendering.segment_plan import plan_segment
from pytoon_pipeline_tests.harness.drawing import at, shape, spec_of


def test_only_what_a_segment_shows_is_in_its_fingerprint() -> None:
    def parameters(colour: str, name: str) -> list[dict]:
        late = shape(colour, 50, 50, at()).model_copy(update={"start": 60, "name": name})
        spec = spec_of([Scene(start=0, frames=120, layers=(shape("#FFFFFF", 90, 90, at()), late))])
        return [plan_segment(spec, Segment(start=start, frames=60), {}).parameters({}) for start in (0, 60)]

    one, other = parameters("#FF0000", "a"), parameters("#00FF00", "a")
    assert one[0] == other[0]
    assert one[1] != other[1]
    assert parameters("#FF0000", "another name") == one
