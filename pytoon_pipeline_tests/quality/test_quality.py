"""Every kind of defect is found, where it is; clean videos have no gate findings. docs/quality.md quotes the table."""

from pathlib import Path

import numpy as np
import pytest

from pytoon_pipeline.config.presets import limit_sources, load_limits
from pytoon_pipeline.contracts.analysis import Face
from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline.contracts.quality import Finding
from pytoon_pipeline.contracts.spec.evaluate import crop_at
from pytoon_pipeline.quality.verdict import check_video
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness import defects
from pytoon_pipeline_tests.harness.defects import Change, Made, Planes, Sound
from pytoon_pipeline_tests.harness.injected_defects import CLEAN, PICTURE, PLAN, SOUND, scenes


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return defects.make(defects.footage_then_picture(), tmp_path_factory.mktemp("made"))


# Defects of one file: far enough apart to be found independently. All others have a file each.
TOGETHER = (
    *(tuple(name for name in PICTURE if name.startswith(colour)) for colour in ("white frame", "black frame")),
    tuple(name for name in SOUND if name.startswith("click")),
    ("red frame", "a part blinks", "nearly black", "3 black at the end"),
    ("5 black at the start", "another picture for a frame", "held 0.4 s in a slow move"),
    ("held 0.3 s", "2 black", "blur 4 for a moment"),
    ("flashes 5 a second", "flashes 7 a second"),
    ("flashes red in the footage", "grain 10"),
    ("grain 20 in the footage", "dark flashes"),
    ("blur 3 in the footage", "lighter"),
    ("darker", "blur 2"),
    ("less contrast", "mirrored"),
    ("a jump", "blocks of 4"),
    ("another item for a moment", "a corner covered"),
    ("gone for 0.3 s", "a beep of 80 ms"),
)
ALONE = [(name,) for name in {**PICTURE, **SOUND} if not any(name in group for group in TOGETHER)]


@pytest.mark.parametrize("names", [*TOGETHER, *ALONE], ids=", ".join)
def test_a_defect_is_found_where_it_is(made: Made, tmp_path: Path, names: tuple[str, ...]) -> None:
    planted = [(PICTURE | SOUND)[name] for name in names]
    spoilt = defects.spoilt(made, in_turn([change for _, _, change in planted]), tmp_path / "spoilt.mp4")
    found = [one for one in defects.findings(made, spoilt) if one.severity == "gate"]
    for code, where, _ in planted:
        fitting = [one for one in found if one.code == code and (where is None or near(one, where))]
        assert fitting, [(one.code, one.start_frame, one.end_frame, one.value) for one in found]
        if where is not None:
            start, end = min(f.start_frame or 0 for f in fitting), max(f.end_frame or 0 for f in fitting)
            assert (start, end) == (pytest.approx(where[0], abs=2), pytest.approx(where[1], abs=2))
            assert fitting[0].segment == (0 if (fitting[0].start_frame or 0) < defects.HALF else 1)
    for code in {code for code, where, _ in planted if where is not None}:
        places = [where for planted_code, where, _ in planted if planted_code == code and where is not None]
        assert all(any(near(one, where) for where in places) for one in found if one.code == code), "nowhere else"


def in_turn(changes: list[Change]) -> Change:
    def change(shown: list[Planes], sound: Sound) -> None:
        for one in changes:
            one(shown, sound)

    return change


def near(finding: Finding, where: tuple[int, int]) -> bool:
    """Whether a finding overlaps these frames, or nearly."""
    return (finding.start_frame or 0) < where[1] + 2 and (finding.end_frame or 0) > where[0] - 2


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


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Many clean videos have segments in common."""
    folder = tmp_path_factory.mktemp("clean")
    return Store(folder / "store", folder / "work")


@pytest.mark.parametrize("kind", CLEAN)
def test_a_clean_video_has_no_gate_findings(tmp_path: Path, kind: str, store: Store) -> None:
    clean = defects.make(scenes(kind), tmp_path, store)
    assert gates(clean, clean.video) == []


def test_encoding_again_is_no_defect(made: Made, tmp_path: Path) -> None:
    assert gates(made, defects.spoilt(made, in_turn([]), tmp_path / "again.mp4")) == []


def gates(made: Made, video: Path) -> list[tuple[str, int | None, int | None, float | None]]:
    found = defects.findings(made, video)
    return [(one.code, one.start_frame, one.end_frame, one.value) for one in found if one.severity == "gate"]
