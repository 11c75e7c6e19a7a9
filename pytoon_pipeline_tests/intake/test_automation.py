"""What the sensors record, and what ``pytoon submit`` says about it."""

from pathlib import Path

import pytest

from pytoon_pipeline.catalog import leases
from pytoon_pipeline.intake.automation import automation, report_evaluated
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline_tests.harness.postgres import postgres


def test_a_daemon_that_evaluates_the_sensor_is_running(home: Home) -> None:
    assert automation(home) == "not_running"
    report_evaluated(home, "request_runs")
    assert automation(home) == "sensor_off"
    report_evaluated(home, "ingest_uploads")
    report_evaluated(home, "ingest_uploads")
    assert automation(home) == "running"


def test_a_daemon_that_stops_is_not_running(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "TERM_SECONDS", -1.0)
    report_evaluated(home, "ingest_uploads")
    report_evaluated(home, "ingest_uploads")
    assert automation(home) == "not_running"


def test_a_daemon_of_another_inbox_does_not_count(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report_evaluated(home, "ingest_uploads")
    monkeypatch.setenv("PYTOON_INBOX", str(tmp_path))
    assert automation(home) == "not_running"


@pytest.mark.parametrize(("place", "found"), [("s3://bucket/drops", "running"), ("/srv/drops", "not_running")])
def test_homes_share_a_daemon_only_with_an_inbox(
    place: str, found: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTOON_INBOX", place)
    with postgres() as url:
        monkeypatch.setenv("PYTOON_CATALOG", url)
        report_evaluated(Home(tmp_path / "one"), "ingest_uploads")
        assert automation(Home(tmp_path / "two")) == found


def test_looking_changes_nothing(tmp_path: Path) -> None:
    assert automation(Home(tmp_path / "home")) == "not_running"
    assert not (tmp_path / "home").exists()
