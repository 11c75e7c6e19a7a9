"""Metrics over HTTP: equal to the KPIs, in a format that Prometheus reads, and readiness."""

import json
import re
import shutil
import subprocess
import urllib.error
import urllib.request
from datetime import datetime, timezone
from pathlib import Path

import pytest
import yaml

from pytoon_pipeline.contracts.errors import TransientError
from pytoon_pipeline.runtime.gpus import measure
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.listening import listen
from pytoon_pipeline.service import metrics
from pytoon_pipeline.service.kpis import current_kpis
from pytoon_pipeline_tests.harness.serving import serving

parser = pytest.importorskip("prometheus_client.openmetrics.parser", reason="prometheus-client is not installed")
RULES = Path(__file__).parents[2] / "deploy" / "prometheus"
TEN = datetime(2026, 11, 21, 10, tzinfo=timezone.utc).timestamp()
OPENMETRICS = "application/openmetrics-text; version=1.0.0"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    lines = (
        {
            "event": "stage",
            "stage": "metadata",
            "status": "computed",
            "seconds": 2.0,
            "bytes": 7,
            "key": "a",
            "run": "1",
        },
        {"event": "stage", "stage": "metadata", "status": "cached", "seconds": 0.1, "bytes": 7, "key": "b", "run": "2"},
        {"event": "attempt", "key": "a", "attempt": 1, "verdict": "pass", "score": 93.5, "run": "1"},
        # Its first stage began at 9:59:58, after 8 s in the queue.
        {"event": "delivered", "key": "a", "run": "1", "degraded": False, "archetype": "hero", "memory_mb": 300}
        | {"pending_since": TEN - 10},
        {"event": "engine", "engine": "fallback", "run": "1"},
        {"event": "delivered", "key": "b", "run": "2", "degraded": True, "engine": "local"},
        {"event": "failed", "key": "c", "run": "3", "category": "invalid_input", "code": 'quoted "code"\n'},
    )
    home.logs.mkdir()
    texts = (json.dumps({"time": "2026-11-21T10:00:00Z"} | line) for line in lines)
    (home.logs / "2026-11-21.jsonl").write_text("\n".join(texts) + "\n")
    return home


def get(home: Home, path: str, **headers: str) -> tuple[int, str, str]:
    """Status, content type and text of an answer."""
    with serving(metrics.application(home)) as url:
        try:
            with urllib.request.urlopen(urllib.request.Request(url + path, headers=headers), timeout=30) as answer:
                return answer.status, answer.headers["content-type"], answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers["content-type"], error.read().decode()


def scraped(home: Home) -> dict[tuple[str, ...], float]:
    """Every sample by its name and label values, read by the parser of prometheus_client."""
    _, kind, text = get(home, "/metrics", Accept=OPENMETRICS)
    assert kind.startswith("application/openmetrics-text")
    families = parser.text_string_to_metric_families(text)
    return {(one.name, *sorted(one.labels.values())): one.value for family in families for one in family.samples}


def test_metrics_equal_a_count_by_hand_and_the_kpis(home: Home) -> None:
    found = scraped(home)
    assert found["pytoon_videos", "completed"] == found["pytoon_videos", "degraded"] == 1
    assert found["pytoon_videos", "failed"] == 1
    assert found["pytoon_success_ratio",] == pytest.approx(2 / 3)
    assert found["pytoon_stage_results_total", "computed", "metadata"] == 1
    assert found["pytoon_stage_results_total", "cached", "metadata"] == 1
    assert found["pytoon_stage_seconds", "0.5", "metadata"] == 2
    assert found["pytoon_written_bytes_total",] == found["pytoon_reused_bytes_total",] == 7
    assert found["pytoon_run_memory_peak_bytes",] == 300e6
    assert found["pytoon_failures_total", "invalid_input", 'quoted "code"\n'] == 1
    assert found["pytoon_pending_uploads",] == found["pytoon_oldest_pending_seconds",] == 0
    assert found["pytoon_run_seconds_total",] == pytest.approx(current_kpis(home).run_seconds)
    assert found["pytoon_queue_seconds", "0.5"] == found["pytoon_queue_seconds", "0.95"] == 8
    assert found["pytoon_fallback_ratio",] == 1 / 2
    # Without any data, a figure is absent rather than zero.
    assert ("pytoon_cost_per_video",) not in found


def test_gpus_are_served_where_there_are_any(home: Home) -> None:
    served = scraped(home)
    assert sum(name == "pytoon_gpu_memory_bytes" for name, *_ in served) == len(measure())
    assert served["pytoon_gpu_waits_total",] == 0


def test_a_browser_gets_the_text_format(home: Home) -> None:
    _, kind, text = get(home, "/metrics")
    assert kind.startswith("text/plain")
    assert 'pytoon_videos{state="completed"} 1.0' in text


def test_ready_says_why_no_run_could_start(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    assert get(home, "/healthz")[::2] == (200, "healthy")
    assert get(home, "/readyz")[::2] == (200, "ready")
    assert get(Home(home.root / "nowhere"), "/readyz")[0] == 503
    monkeypatch.setattr(metrics.shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10, 9, 1))
    assert get(home, "/readyz")[::2] == (503, "The disk has 0 MB of free space; runs need 200 MB.")


def test_a_port_in_use_is_named() -> None:
    with listen("The metrics server", "127.0.0.1", 0, 1) as taken:
        number = taken.getsockname()[1]
        with pytest.raises(TransientError, match=f"metrics server cannot listen on 127.0.0.1, port {number}"):
            listen("The metrics server", "127.0.0.1", number, 1)


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed: apt install prometheus")
@pytest.mark.parametrize("command", [("check", "rules", "alerts.yaml"), ("test", "rules", "alerts_test.yaml")])
def test_the_alert_rules_fire_when_they_should(command: tuple[str, ...]) -> None:
    done = subprocess.run(["promtool", *command], cwd=RULES, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_rule_has_a_test_of_its_own() -> None:
    (group,) = yaml.safe_load((RULES / "alerts.yaml").read_text())["groups"]
    tests = {one["name"] for one in yaml.safe_load((RULES / "alerts_test.yaml").read_text())["tests"]}
    assert {rule["alert"] for rule in group["rules"]} <= tests


def test_every_metric_that_alerts_and_dashboard_use_is_served(home: Home) -> None:
    served = {name for name, *_ in scraped(home)} | {"pytoon_cost_per_video", "pytoon_queue_seconds"}
    for file in ("alerts.yaml", "dashboard.json"):
        used = set(re.findall(r"\bpytoon_[a-z_]+", (RULES / file).read_text()))
        assert used
        assert used <= served
