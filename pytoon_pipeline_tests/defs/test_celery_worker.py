"""The task of a Celery worker."""

from collections.abc import Mapping
from typing import Any

import pytest

from pytoon_pipeline.catalog.holding import live_runs
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline_tests.harness.postgres import postgres

celery = pytest.importorskip("celery")


def test_a_run_has_its_lease_before_dagster_records_its_start(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTOON_CELERY_BROKER", "redis://127.0.0.1:1/0")
    from pytoon_pipeline.defs.celery_worker import ExecuteJob, execute_job

    assert isinstance(execute_job, ExecuteJob)

    @celery.Celery(broker="memory://").task(base=ExecuteJob)
    def execute(execute_job_args_packed: Mapping[str, Any]) -> set[str]:
        assert execute_job_args_packed
        return live_runs(home)

    with postgres() as url:
        monkeypatch.setenv("PYTOON_CATALOG", url)
        assert execute(execute_job_args_packed={"pipeline_run_id": "a run"}) == {"a run"}
        assert live_runs(home) == set()
