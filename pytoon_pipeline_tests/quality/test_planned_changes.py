"""Planned changes are no glitches, advice on footage is reported once, and changes by remedies are reported."""

from pathlib import Path

import numpy as np
import pytest

from pytoon_pipeline.config.presets import limit_sources, load_limits
from pytoon_pipeline.contracts.attempt import Attempt
from pytoon_pipeline.contracts.quality import Finding
from pytoon_pipeline.contracts.spec.layers import TextLayer
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.contracts.style import TextStyle
from pytoon_pipeline.operations.remedies import DESCRIPTIONS, FALLBACK, REMEDIES, Step, changes
from pytoon_pipeline.quality.verdict import check_video, merge_advice, score, score_breakdown
from pytoon_pipeline_tests.harness import defects
from pytoon_pipeline_tests.harness.defects import Made
from pytoon_pipeline_tests.harness.drawing import at

TURN = 90
PAGES = (("MMMM WWWW", "HHHH MMMM", "WWWW HHHH"), ("WWWW MMMM", "MMMM HHHH", "HHHH WWWW"))


def turning() -> RenderSpec:
    """A headline of large letters that is followed by the next one; one frame has neither."""
    style = TextStyle(size=100, outline=0, colour="#FFFFFF")
    layers = [
        TextLayer(role="headline", lines=lines, style=style, width=500, height=330, start=start,
                  frames=TURN - defects.HALF - n, transform=at(270, 400))
        for n, (start, lines) in enumerate(zip((defects.HALF, TURN + 1), PAGES, strict=True))
    ]  # fmt: skip
    return defects.footage_then_picture(overlays=tuple(layers))


@pytest.fixture(scope="module")
def turned(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return defects.make(turning(), tmp_path_factory.mktemp("turned"))


def odd(made: Made, video: Path) -> list[tuple[int | None, int | None]]:
    found = defects.findings(made, video)
    return [(f.start_frame, f.end_frame) for f in found if f.code == "glitch_frame" and f.severity == "gate"]


def test_a_planned_page_change_is_not_a_glitch(turned: Made, tmp_path: Path) -> None:
    again = defects.spoilt(turned, lambda shown, sound: None, tmp_path / "again.mp4")
    assert (odd(turned, turned.video), odd(turned, again)) == ([], [])


def test_the_same_change_without_a_plan_is_a_glitch(turned: Made) -> None:
    unplanned = turned.spec.model_copy(update={"overlays": ()})
    found = defects.findings(turned, turned.video, unplanned)
    assert [(f.start_frame, f.severity) for f in found if f.code == "glitch_frame"] == [(TURN, "gate")]


@pytest.mark.parametrize("change", [
    defects.fill(TURN + 1, TURN + 2, 235), defects.fill(TURN - 1, TURN, 16), defects.other(TURN - 1, TURN, 0),
    defects.patch(TURN + 1, TURN + 2, slice(250, 550), slice(60, 480), 120),
])  # fmt: skip
def test_a_glitch_during_a_page_change_is_found(turned: Made, tmp_path: Path, change: defects.Change) -> None:
    found = defects.findings(turned, defects.spoilt(turned, change, tmp_path / "spoilt.mp4"))
    gates = [f for f in found if f.severity == "gate" and f.start_frame is not None and abs(f.start_frame - TURN) <= 1]
    assert {"glitch_frame", "missing_item"} & {f.code for f in gates}, found


def advice(start: int, end: int, value: float, message: str = "It stands.", code: str = "glitch_frame") -> Finding:
    return Finding(
        tier="time", code=code, severity="advice", start_frame=start, end_frame=end, segment=0, value=value, limit=1,
        source="x", message=message,
    )  # fmt: skip


def test_repeated_advice_is_reported_and_counted_once() -> None:
    gate = advice(5, 6, 0.5).model_copy(update={"severity": "gate"})
    found = merge_advice(
        [advice(3, 4, 0.2), gate, advice(30, 31, 0.4), advice(90, 92, 0.3), advice(1, 2, 1, code="black")]
    )
    assert [(f.code, f.severity, f.start_frame, f.end_frame, f.value) for f in found] == [
        ("glitch_frame", "advice", 3, 92, 0.4), ("glitch_frame", "gate", 5, 6, 0.5), ("black", "advice", 1, 2, 1),
    ]  # fmt: skip
    assert [f.message for f in found] == ["It stands. (3 times)", "It stands.", "It stands."]
    assert (score(found), score_breakdown(found)) == (40, "100 − 1 × 50 (gates) − 2 × 5 (advice) = 40")
    texts = merge_advice([advice(3, 4, 2, "“A” hardly stands out."), advice(5, 6, 3, "“B” hardly stands out.")])
    assert (len(texts), score(texts)) == (2, 95)


def test_flickering_footage_scores_high(tmp_path: Path) -> None:
    """Pictures that are lighter for a moment now and then, by less than a flash."""
    small = np.random.default_rng(0).integers(70, 130, (12, 8)).astype(np.uint8)
    luma = np.kron(small, np.ones((80, 68), np.uint8))[:960, :540]
    half = np.full((480, 270), 128, np.uint8)
    shown = [[luma + (n % 9 == 4) * np.uint8(14), half, half] for n in range(90)]
    video = defects.written(shown, np.zeros((3 * defects.SAMPLES, 2), np.float32), tmp_path / "flickers.mp4")
    report = check_video(video, load_limits(), limit_sources())
    odd = [f for f in report.findings if f.code == "glitch_frame"]
    assert [(f.start_frame, f.end_frame, f.severity) for f in odd] == [(4, 86, "advice")]
    assert "10 times" in odd[0].message


def attempt(number: int, codes: tuple[str, ...], remedies: tuple[str, ...] = ()) -> Attempt:
    return Attempt(
        number=number, plan="p", remedies=remedies, verdict="fail" if codes else "pass", score=50, codes=codes
    )


def test_changes_by_remedies_are_reported() -> None:
    first = attempt(1, ("glitch_frame", "black"))
    assert changes(Step(1), ()) == ()
    (note,) = changes(Step(2, ("plain_cuts",)), [first])
    assert (note.code, "glitch_frame, black" in note.message) == ("changed_after_check", True)
    assert "joined by cuts" in note.message
    done = Step(2, ("plain_cuts",), done=True)
    assert changes(done, [first, attempt(2, (), ("plain_cuts",))]) == (note,), "an attempt that passed changes nothing"
    (last,) = changes(Step(4, FALLBACK, fallback=True), [first, attempt(2, ("flash",)), attempt(3, ("flash",))])
    assert last.message.startswith("3 versions failed quality control (glitch_frame, black, flash).")
    assert set(DESCRIPTIONS) == set(REMEDIES)
