"""Checks of quality control have results in words, with numbers."""

from collections.abc import Mapping
from typing import Any

import dagster as dg
import pytest

from pytoon_pipeline.contracts.degradation import Degradation, Reason
from pytoon_pipeline.contracts.quality import Finding, QcReport
from pytoon_pipeline.contracts.status import DeliveryRecord
from pytoon_pipeline.defs import qc_report
from pytoon_pipeline.defs.assets import delivery
from pytoon_pipeline.defs.assets.delivery import AS_REQUESTED
from pytoon_pipeline_tests.harness.finished_video import spec

FLASH = Finding(
    tier="time", code="flash", severity="gate", start_frame=30, end_frame=77, value=4, limit=3.0, source="WCAG 2.2",
    message="It flashes.",
)  # fmt: skip
BLUR = Finding(tier="frame", code="blur", severity="advice", value=0.5, limit=0.62, source="s", message="It is soft.")


def results(*findings: Finding, fallback: bool = False) -> dict[str | None, dg.AssetCheckResult]:
    report = QcReport(
        score=45, score_breakdown="", verdict="fail", findings=findings, seconds=0.1,
        measured={"video_seconds": 4.0, "loudness_lufs": -14.0, "true_peak_dbtp": None, "frames": 120},
    )  # fmt: skip
    return {one.check_name: one for one in qc_report.check_results(report, spec(fallback=fallback))}


def values(result: dg.AssetCheckResult) -> Mapping[str, Any]:
    return {name: one.value for name, one in result.metadata.items()}


def test_checks_belong_to_uploads_and_are_described() -> None:
    checks = {spec.name: spec for spec in (*qc_report.CHECKS, AS_REQUESTED)}
    for name in ("file", "time", "frame", "audio", "as_requested"):
        partitions = checks[name].partitions_def
        assert isinstance(partitions, dg.DynamicPartitionsDefinition)
        assert partitions.name == "uploads"
        assert len(str(checks[name].description)) > 60
    assert {name for name, one in checks.items() if one.blocking} == {"file", "time", "frame", "audio"}


def test_a_check_that_fails_says_what_when_and_how_much() -> None:
    failed = results(FLASH, BLUR)["time"]
    assert (failed.passed, failed.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert failed.description == "Flashing between 0:01.2 and 0:03.1"
    shown = values(failed)
    assert (shown["value"], shown["limit"], shown["unit"]) == (4.0, 3.0, "flashes per second")
    assert (shown["start_seconds"], shown["end_seconds"]) == (1.2, 3.08)
    assert (shown["gate_findings"], shown["advice_findings"]) == (1, 0)
    assert isinstance(failed.metadata["value"], dg.FloatMetadataValue), "one type, so that Dagster plots it"


def test_advice_is_a_warning_and_a_check_without_findings_passes() -> None:
    found = results(FLASH, BLUR)
    assert (found["frame"].passed, found["frame"].severity) == (False, dg.AssetCheckSeverity.WARN)
    assert found["audio"].passed
    assert found["audio"].description == "No findings"
    assert values(found["audio"]) == {"gate_findings": 0, "advice_findings": 0, "loudness_lufs": -14.0}


def test_gates_of_the_last_resort_do_not_block() -> None:
    assert results(FLASH, fallback=True)["time"].severity == dg.AssetCheckSeverity.WARN


@pytest.mark.parametrize(
    ("held", "degraded", "severity"),
    [(False, False, None), (False, True, dg.AssetCheckSeverity.WARN), (True, True, dg.AssetCheckSeverity.ERROR)],
)
def test_a_degraded_video_is_a_warning_and_a_held_one_an_error(
    held: bool, degraded: bool, severity: dg.AssetCheckSeverity | None
) -> None:
    reason = Reason(kind="simplified", code="simplified", message="The video is simplified.")
    record = DeliveryRecord(
        at=0.0, held=held, degraded=Degradation(reasons=(reason,)) if degraded else None, engine="local", preset="p",
        presets="x",
    )  # fmt: skip
    result = delivery.as_requested(record)
    assert result.passed == (severity is None)
    if severity is not None:
        assert result.severity == severity
        assert result.description == "The video is simplified."
        assert values(result) == {"differences": 1, "codes": "simplified"}
