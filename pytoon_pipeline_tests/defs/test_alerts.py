"""The sensor that requests alerts, and the job that sends them."""

import json
import sys
from pathlib import Path

import dagster as dg
import pytest

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.defs import alerts
from pytoon_pipeline.defs.alerts import NOT_CONFIGURED, alert_people, send_alerts_job
from pytoon_pipeline.defs.resources import ConfigResource, resources
from pytoon_pipeline.runtime.home import Home

KEY = "a" * 32


def evaluate(instance: dg.DagsterInstance) -> dg.RunRequest | str:
    result = alert_people(dg.build_sensor_context(instance=instance), ConfigResource())
    return result.skip_message or "" if isinstance(result, dg.SkipReason) else result


def send(instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    own = {name: resource for name, resource in resources().items() if name in ("config", "worker")}
    return send_alerts_job.execute_in_process(instance=instance, resources=own, raise_on_error=False)


@pytest.fixture
def failed(home: Home) -> Uploads:
    uploads = Uploads(home)
    uploads.register(SourceMedia(key=KEY, title="summer sale", items=(), request={"text": "x"}), pending=True)
    uploads.fail(KEY, InvalidInput("not_media", "It is no video.", "Use another file."), run="run-7")
    return uploads


def test_an_upload_that_needs_a_person_is_sent_once(
    failed: Uploads, tmp_path: Path, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert evaluate(instance) == NOT_CONFIGURED
    program, received = tmp_path / "notify.py", tmp_path / "received"
    program.write_text(f"import sys; open({str(received)!r}, 'a').write(sys.stdin.read() + '\\n')")
    monkeypatch.setenv("PYTOON_ALERT_COMMAND", f"{sys.executable} {program}")
    monkeypatch.setenv("PYTOON_UI_URL", "http://ui:3000/")
    assert isinstance(evaluate(instance), dg.RunRequest)
    assert not received.exists(), "looking sends nothing"
    assert send(instance).success
    assert evaluate(instance) == "Nothing new; need a person: 1."
    assert send(instance).success
    (line,) = received.read_text().splitlines()
    (item,) = json.loads(line)["items"]
    assert (item["title"], item["code"], item["message"]) == (
        "summer sale",
        "not_media",
        "It is no video. Use another file.",
    )
    assert item["run"] == "http://ui:3000/runs/run-7"
    assert item["page"].endswith("partition=summer-sale")


def test_an_alert_that_cannot_be_sent_fails_the_run_and_is_tried_again_later(
    failed: Uploads, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTOON_ALERT_COMMAND", "/no/such/program a-secret")
    result = send(instance)
    assert not result.success
    (failure,) = [event for event in result.all_events if event.is_step_failure]
    assert "“/no/such/program” cannot be started" in str(failure.step_failure_data.error)
    assert "a-secret" not in str(result.all_events)
    assert "could not be sent: The alert command" in str(evaluate(instance))
    monkeypatch.setattr(alerts.time, "time", lambda: 4e9)
    monkeypatch.setattr(alerts, "may_request", lambda *arguments: True)
    assert isinstance(evaluate(instance), dg.RunRequest)
