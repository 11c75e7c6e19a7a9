"""Transitions between scenes."""

from typing import Literal

import pytest

from pytoon_pipeline.contracts.spec.render_spec import Scene, Transition
from pytoon_pipeline.media.colour import yuv
from pytoon_pipeline.rendering.compositor import compose
from pytoon_pipeline.rendering.segment_plan import plan_segment
from pytoon_pipeline_tests.harness.drawing import spec_of


@pytest.mark.parametrize("kind", ["crossfade", "fade", "slide", "push", "zoom"])
def test_transitions_go_from_one_scene_to_the_next(kind: Literal["crossfade", "fade", "slide", "push", "zoom"]) -> None:
    scenes = [
        Scene(start=0, frames=20, background="#FFFFFF", layers=()),
        Scene(start=11, frames=20, background="#606060", layers=(), transition=Transition(kind=kind, frames=9)),
    ]
    spec = spec_of(scenes)
    sheets = list(compose(plan_segment(spec, spec.segments[0], {}), {}))
    assert len(sheets) == 31
    means = [float(sheet.y.mean()) for sheet in sheets]
    first, last = yuv("#FFFFFF")[0], yuv("#606060")[0]
    assert means[:11] == pytest.approx([first] * 11, abs=0.5)
    assert means[20:] == pytest.approx([last] * 11, abs=0.5)
    middle = means[11:20]
    if kind == "fade":
        assert min(middle) == middle[4] == pytest.approx(16, abs=1)
    else:
        assert middle == sorted(middle, reverse=True)
        assert middle[4] == pytest.approx((first + last) / 2, abs=1.5)
