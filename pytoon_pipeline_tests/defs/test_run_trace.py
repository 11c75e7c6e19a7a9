"""Runs as traces: what a collector receives."""

import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pytoon_pipeline.cli.main import main
from pytoon_pipeline.contracts.errors import DependencyMissing
from pytoon_pipeline.contracts.progress import StageFinished, StageStarted
from pytoon_pipeline.contracts.render_results import StageStatus
from pytoon_pipeline.defs.run_trace import traced
from pytoon_pipeline.runtime.progress import publish
from pytoon_pipeline_tests.harness.webhook_receiver import Receiver

VARIABLE, ERROR = "OTEL_EXPORTER_OTLP_ENDPOINT", 2


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    with Receiver().running() as receiver:
        monkeypatch.setenv(VARIABLE, receiver.url)
        yield receiver


def spans(collector: Receiver) -> list[dict[str, Any]]:
    bodies = [json.loads(body) for _, body in collector.messages]
    scopes = [scope for body in bodies for one in body["resourceSpans"] for scope in one["scopeSpans"]]
    return [span for scope in scopes for span in scope["spans"]]


def values(span: dict[str, Any]) -> dict[str, str]:
    return {one["key"]: one["value"]["stringValue"] for one in span["attributes"]}


def test_stages_are_spans_of_their_run(collector: Receiver) -> None:
    with traced({"key": "1234", "name": None}):
        for name, began, seconds in (("metadata", 1000.0, 2.5), ("shots", 1001.0, 1.0)):
            publish(StageStarted(name))
            publish(StageFinished(StageStatus(name=name, status="computed", seconds=seconds, started_at=began)))
    found = {one["name"]: one for one in spans(collector)}
    run = found.pop("run")
    assert values(run) == {"pytoon.key": "1234"}
    assert {(one["traceId"], one["parentSpanId"]) for one in found.values()} == {(run["traceId"], run["spanId"])}
    times = {name: (int(one["startTimeUnixNano"]), int(one["endTimeUnixNano"])) for name, one in found.items()}
    assert times == {
        "metadata": (1_000_000_000_000, 1_002_500_000_000),
        "shots": (1_001_000_000_000, 1_002_000_000_000),
    }
    assert values(found["metadata"]) == {"pytoon.status": "computed"}
    assert run["status"].get("code", 0) != ERROR


def test_a_run_that_ends_within_a_stage_is_an_error(collector: Receiver) -> None:
    with traced({}):
        publish(StageStarted("composite"))
    (run,) = spans(collector)
    assert run["status"] == {"code": ERROR, "message": "composite has not finished"}


def test_a_run_sends_its_trace(collector: Receiver, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "request.yaml").write_text("text: We open at nine.")
    assert main(["render", str(tmp_path / "request.yaml"), "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    found = {one["name"]: one for one in spans(collector)}
    assert values(found["run"])["pytoon.key"] == made["key"]
    assert found.keys() == {one["name"] for one in made["stages"]} | {"run"}


def test_a_collector_that_is_away_does_not_hold_a_run_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "http://127.0.0.1:9")
    began = time.monotonic()
    with traced({}):
        publish(StageStarted("metadata"))
    assert time.monotonic() - began < 10


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "http://127.0.0.1:9")
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.json.http.trace_exporter", None)
    with pytest.raises(DependencyMissing, match=VARIABLE), traced({}):
        pytest.fail("no run begins")


def test_nothing_is_imported_where_no_collector_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert VARIABLE not in os.environ
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with traced({}):
        publish(StageStarted("metadata"))
