"""Checks of legibility: the contrast of texts, and captions that cannot be drawn."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from pytoon_pipeline.config.presets import load_limits
from pytoon_pipeline.contracts.output_format import CANVASES, Aspect
from pytoon_pipeline.media.colour import luminance_of
from pytoon_pipeline.media.frame_stats import COLUMNS, ROWS
from pytoon_pipeline.planning.layout.text_placement import layer_area
from pytoon_pipeline.quality.legibility import text_contrast
from pytoon_pipeline_tests.harness.finished_video import finished, found, spec
from pytoon_pipeline_tests.harness.plans import planned, still, tones


def test_missing_glyphs_of_captions_are_found(tmp_path: Path) -> None:
    finding = found(finished(tmp_path / "v.mp4"), "missing_glyph", spec(text="\ue123\ue124"))
    assert (finding.start_frame, finding.end_frame, finding.value) == (30, 40, "\ue123\ue124")


@pytest.mark.parametrize("aspect", CANVASES)
def test_a_text_is_measured_against_its_surroundings_and_not_what_stands_apart_above_it(aspect: Aspect) -> None:
    canvas = CANVASES[aspect]
    text = planned(text="Made to last", preset="big-type", outputs=[aspect])
    start, _, layer = text.texts()[0]
    area = layer_area(layer)
    light = np.full((text.frames, ROWS, COLUMNS), round(255 * (1 - luminance_of(layer.style.colour))), np.uint8)
    apart = int((area.top - 0.06 * canvas.height) * ROWS / canvas.height)
    light[:, :apart] = 255 - light[0, 0, 0]
    stats = SimpleNamespace(light=light)
    limits = load_limits()
    context = SimpleNamespace(spec=text, limits=limits, frame_stats=stats, limit=lambda name: name)
    assert [one.start for one in text_contrast(context) if one.start == start] == []  # type: ignore[arg-type]


@pytest.mark.parametrize("aspect", CANVASES)
def test_a_logo_or_picture_beside_a_text_is_not_what_it_stands_on(aspect: Aspect) -> None:
    canvas = CANVASES[aspect]
    logo = still(640, 240, item="d" * 64, transparent=True, grey=tones(0.03, 0.035))
    made = planned([still()], brand="acme", logo=logo, text={"hook": "Wake up", "cta": "Order now"}, outputs=[aspect])
    card = made.scenes[-1]
    (text,) = (layer for _, _, layer in made.texts() if layer.name == "end card")
    (plate,) = (layer_area(layer) for layer in card.layers if layer.name == "plate")
    light = np.zeros((made.frames, ROWS, COLUMNS), np.uint8)
    rows, columns = (np.arange(ROWS) + 0.5) * canvas.height / ROWS, (np.arange(COLUMNS) + 0.5) * canvas.width / COLUMNS
    down, across = (rows > plate.top) & (rows < plate.bottom), (columns > plate.left) & (columns < plate.right)
    limits = load_limits()

    def findings() -> list[str]:
        stats = SimpleNamespace(light=light)
        context = SimpleNamespace(spec=made, limits=limits, frame_stats=stats, limit=lambda name: name)
        return [one.message for one in text_contrast(context) if text.text in one.message]  # type: ignore[arg-type]

    light[:, down[:, None] & across[None, :]] = 255
    assert findings() == []
    light[:] = 255
    assert findings(), "its own ground counts"
