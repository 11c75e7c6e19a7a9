"""Retention of Dagster's history."""

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import dagster as dg
import yaml

from pytoon_pipeline.definitions import defs
from pytoon_pipeline.defs import running
from pytoon_pipeline.defs.garbage import COLLECT_GARBAGE
from pytoon_pipeline.defs.history import old_runs
from pytoon_pipeline.defs.partitions import PARTITION_TAG
from pytoon_pipeline.defs.reconcile import RECONCILE
from pytoon_pipeline.runtime.home import Home

QUIET: dict[str, Any] = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def test_old_runs_are_removed_with_their_events_and_output(home: Home, own_presets: Path) -> None:
    file = own_presets / "operations.yaml"
    document = yaml.safe_load(file.read_text())
    document["run_retention_days"]["value"] = document["operational_run_retention_days"]["value"] = 1e-9
    with running.instance(home) as instance:
        job = defs().resolve_job_def(RECONCILE)
        runs = {
            name: job.execute_in_process(instance=instance, run_config=QUIET, tags={PARTITION_TAG: key}).run_id
            for name, key in (("old", "a"), ("newest", "a"), ("only", "b"))
        }
        begun = dg.DagsterRun(job_name=RECONCILE, run_id="begun", status=dg.DagsterRunStatus.STARTED)
        instance.add_run(begun)
        shards = home.dagster / "history" / "runs"
        captured = home.dagster / "storage" / runs["old"] / "compute_logs" / "x.out"
        captured.parent.mkdir(parents=True, exist_ok=True)
        captured.write_text("output")
        assert (shards / f"{runs['old']}.db").exists()
        keeping = defs().resolve_job_def(COLLECT_GARBAGE)
        assert keeping.execute_in_process(instance=instance, run_config=QUIET).success
        assert instance.get_run_by_id(runs["old"]), "it is not old"
        file.write_text(yaml.safe_dump(document))
        assert keeping.execute_in_process(instance=instance, run_config=QUIET).success
        assert instance.get_run_by_id(runs["old"]) is None
        assert not list(shards.glob(f"{runs['old']}*"))
        assert not (home.dagster / "storage" / runs["old"]).exists()
        for name in ("newest", "only"):
            assert instance.get_run_by_id(runs[name])
            assert instance.all_logs(runs[name]), "with its events"
        assert instance.get_run_by_id("begun"), "what has not ended stays"


def test_the_age_limit_depends_on_the_kind_of_run(home: Home) -> None:
    now = datetime.now(timezone.utc)
    success, failure = dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE

    def record(name: str, days: float, status: dg.DagsterRunStatus, key: str | None) -> dg.RunRecord:
        run = dg.DagsterRun(job_name="j", run_id=name, status=status, tags={PARTITION_TAG: key} if key else {})
        at = now - timedelta(days=days)
        return dg.RunRecord(storage_id=1, dagster_run=run, create_timestamp=at, update_timestamp=at)

    records = [
        record("young", 1, failure, None), record("service", 4, failure, None), record("video", 4, failure, "k"),
        record("kept", 50, success, "k"), record("old", 60, success, "k"), record("failed", 60, failure, "k"),
        record("other", 70, success, "l"), record("last", 70, success, None), record("before", 71, success, None),
    ]  # fmt: skip
    assert list(old_runs(records, now, 30, 3)) == ["service", "old", "failed", "before"]
