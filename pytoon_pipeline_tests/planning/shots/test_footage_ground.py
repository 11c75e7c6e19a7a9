"""The ground below a close-up."""

import pytest

from pytoon_pipeline.contracts.output_format import CANVASES
from pytoon_pipeline.planning.captions.panels import PanelSettings
from pytoon_pipeline.planning.shots.footage_ground import with_ground
from pytoon_pipeline.planning.shots.framing import ShotFraming, View
from pytoon_pipeline_tests.harness.plans import footage_layer, scene


@pytest.mark.parametrize(("shape", "names"), [("9:16", ["disc", "footage", "ground"]), ("1:1", ["footage", "ground"])])
def test_footage_fades_into_its_ground(shape: str, names: list[str]) -> None:
    canvas = CANVASES[shape]
    view = View(None, canvas.area)  # type: ignore[arg-type]
    one = scene(30)
    footage = footage_layer(one).model_copy(update={"name": "footage"})
    panel = PanelSettings(290, canvas.height - 200 if shape == "1:1" else 1440, "#101828")
    found = with_ground(
        one.model_copy(update={"layers": (footage,)}), ShotFraming(canvas, (view,), grounded=True), panel
    )
    assert found.background == "#101828"
    assert [layer.name for layer in found.layers] == names
    assert found.layers[-1].fill.opacity[0].opacity == 0  # type: ignore[union-attr]
    assert found.layers[-1].fill.opacity[-1].opacity == 1  # type: ignore[union-attr]
