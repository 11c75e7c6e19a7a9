"""Checks of the pictures: black and frozen frames."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from pytoon_pipeline.config.presets import limit_sources, load_limits
from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.spec.layers import (
    CropKeyframe,
    CropPath,
    ImageLayer,
    ShapeLayer,
    Transform,
    constant,
)
from pytoon_pipeline.contracts.spec.render_spec import Scene
from pytoon_pipeline.contracts.style import Fill
from pytoon_pipeline.contracts.time import FrameRange
from pytoon_pipeline.media.frame_stats import COLUMNS, ROWS, FrameStats
from pytoon_pipeline.quality.context import CheckContext, RenderedMeasurements
from pytoon_pipeline.quality.frame_tier import matches_rendered
from pytoon_pipeline.quality.planned_changes import blocks_in
from pytoon_pipeline_tests.harness.finished_video import finished, found, report, spec


def test_black_frames_are_found(tmp_path: Path) -> None:
    dark = "drawbox=color=black:t=fill:enable='between(n,55,60)'"
    finding = found(finished(tmp_path / "v.mp4", dark), "black")
    assert (finding.start_frame, finding.end_frame, finding.segment) == (55, 61, 1)
    assert finding.severity == "gate"


def test_planned_darkness_is_advice(tmp_path: Path) -> None:
    dark = "drawbox=color=black:t=fill:enable='between(n,10,30)'"
    result = report(finished(tmp_path / "v.mp4", dark), spec(black_ranges=(FrameRange(start=9, end=32),)))
    assert {(f.code, f.severity) for f in result.findings} == {("black", "advice")}
    assert result.verdict == "advise"


def test_frozen_frames_are_found(tmp_path: Path) -> None:
    hold = "loop=loop=30:size=1:start=20,trim=end_frame=75,setpts=N/25/TB"
    path = finished(tmp_path / "v.mp4", hold)
    finding = found(path, "frozen")
    assert finding.start_frame == pytest.approx(21, abs=5)
    assert finding.end_frame == pytest.approx(51, abs=2)
    still = spec(static_ranges=(FrameRange(start=20, end=52),))
    assert report(path, still).verdict == "advise"


@pytest.mark.parametrize(("card", "found_codes"), [(20, []), (6, ["blur"])])
def test_lost_dithering_of_a_ground_is_no_blur_and_a_blurred_picture_on_it_is(
    card: int, found_codes: list[str]
) -> None:
    transform = Transform(x=constant(540), y=constant(1200))
    crop = CropPath(width=1, height=1, keyframes=(CropKeyframe(frame=0, x=0.5, y=0.5, focus_x=0.5, focus_y=0.5),))
    ground = ShapeLayer(width=1080, height=1920, fill=Fill(colours=("#EEDDCC", "#CCBBAA")), transform=transform)
    picture = ImageLayer(item="a" * 64, width=960, height=420, crop_path=crop, transform=transform)
    plan = spec(scenes=(Scene(start=0, frames=75, layers=(ground, picture)),))
    rows, columns = blocks_in(plan, Rect(60, 990, 1020, 1410))

    def measured(on_ground: int, in_card: int) -> FrameStats:
        detail = np.full((75, ROWS, COLUMNS), on_ground, np.uint8)
        detail[:, rows, columns] = in_card
        black = {name: np.zeros((75, ROWS, COLUMNS), np.uint8) for name in ("light", "red", "point_light", "point_red")}
        blocks, stripes = (np.zeros((75, ROWS, COLUMNS, count), np.uint8) for count in (3, 2))
        level = np.zeros(75, np.float32)
        return FrameStats(blocks=blocks, detail=detail, stripes=stripes, levels=level, changes=level, **black)

    inspection = SimpleNamespace(
        times=np.arange(75) / 25, rate=25.0, decoded_frames=np.arange(75), frame_stats=measured(2, card),
        packets_verified=True,
    )  # fmt: skip
    context = CheckContext(
        inspection, plan, load_limits(), limit_sources(), rendered=RenderedMeasurements(measured(10, 20))
    )  # type: ignore[arg-type]
    assert [one.code for one in matches_rendered(context)] == found_codes
