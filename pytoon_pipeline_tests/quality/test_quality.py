"""Every kind of defect is found, where it is; clean videos have no gate findings. docs/quality.md quotes the table."""

from pathlib import Path

import numpy as np
import pytest

from pytoon_pipeline.config.presets import limit_sources, load_limits
from pytoon_pipeline.contracts.analysis import Face
from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline.contracts.spec.evaluate import crop_at
from pytoon_pipeline.quality.verdict import check_video
from pytoon_pipeline_tests.harness import defects
from pytoon_pipeline_tests.harness.defects import Made
from pytoon_pipeline_tests.harness.injected_defects import CLEAN, PICTURE, PLAN, SOUND, scenes


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return defects.make(defects.footage_then_picture(), tmp_path_factory.mktemp("made"))


@pytest.mark.parametrize("name", [*PICTURE, *SOUND])
def test_a_defect_is_found_where_it_is(made: Made, tmp_path: Path, name: str) -> None:
    code, where, change = (PICTURE | SOUND)[name]
    spoilt = defects.spoilt(made, change, tmp_path / "spoilt.mp4")
    found = [one for one in defects.findings(made, spoilt) if one.severity == "gate"]
    fitting = [one for one in found if one.code == code]
    assert fitting, [(one.code, one.start_frame, one.end_frame, one.value) for one in found]
    if where is not None:
        start, end = min(f.start_frame or 0 for f in fitting), max(f.end_frame or 0 for f in fitting)
        assert (start, end) == (pytest.approx(where[0], abs=2), pytest.approx(where[1], abs=2))
        assert fitting[0].segment == (0 if (fitting[0].start_frame or 0) < defects.HALF else 1)


@pytest.mark.parametrize("name", PLAN)
def test_a_defect_of_the_plan_is_found(made: Made, name: str) -> None:
    code, where, spec = PLAN[name]
    found = [one for one in defects.findings(made, made.video, spec) if one.severity == "gate"]
    assert [(one.code, one.start_frame, one.end_frame) for one in found] == [(code, *where)]


def test_a_face_cut_by_the_frame_is_advice(made: Made) -> None:
    window = crop_at(made.spec.scenes[0].layers[0].crop_path, 0, 0)
    for left, cut in ((window.x + window.width / 3, False), (window.x - 0.07, True), (0.0, False)):
        box = Box(x=left, y=0.3, width=0.12, height=0.3)
        faces = {defects.TALK: [Face(time=n / 5, box=box, score=0.9) for n in range(10)]}
        report = check_video(
            made.video, load_limits(), limit_sources(), made.spec, False, made.parts, made.trace, faces
        )
        found = [(f.code, f.severity, f.start_frame) for f in report.findings]
        assert found == ([("face_cut", "advice", 0)] if cut else [])


def test_a_truncated_file_is_found(made: Made, tmp_path: Path) -> None:
    whole, sound = defects.pictures(made.video), defects.decoded(made.video)
    short = defects.written(whole[:-7], sound, tmp_path / "short.mp4")
    assert {"duration"} <= {one.code for one in defects.findings(made, short)}
    wide = defects.written([[p[: len(p) * 14 // 15] for p in shown] for shown in whole], sound, tmp_path / "wide.mp4")
    assert {"format"} <= {one.code for one in defects.findings(made, wide)}
    data = bytearray(made.video.read_bytes())
    rng = np.random.default_rng(0)
    for at in rng.integers(data.find(b"mdat") + 2000, len(data) - 1000, 300):
        data[at] ^= 0xFF
    (tmp_path / "damaged.mp4").write_bytes(data)
    assert "undecodable" in {one.code for one in defects.findings(made, tmp_path / "damaged.mp4")}


@pytest.mark.parametrize("kind", CLEAN)
def test_a_clean_video_has_no_gate_findings(tmp_path: Path, kind: str) -> None:
    clean = defects.make(scenes(kind), tmp_path)
    again = defects.spoilt(clean, lambda shown, sound: None, tmp_path / "again.mp4")
    for video in (clean.video, again):
        assert [(f.code, f.start_frame, f.end_frame, f.value) for f in defects.findings(clean, video)
                if f.severity == "gate"] == []  # fmt: skip
