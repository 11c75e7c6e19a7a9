"""What Dagster has recorded of an upload: its runs are cancelled, and all of it can be erased."""

import json
import sqlite3
from contextlib import closing

import dagster as dg
import pytest

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.defs import running
from pytoon_pipeline.defs.jobs import COMPILE
from pytoon_pipeline.defs.partitions import PARTITION_TAG, UPLOADS, add_partitions
from pytoon_pipeline.defs.run_records import DagsterRunRecords
from pytoon_pipeline.defs.traces import databases
from pytoon_pipeline.runtime.home import Home

KEY, NAME = "ab" * 16, "Summer-ü"


def register(home: Home) -> None:
    Uploads(home).register(SourceMedia(key=KEY, title="Summer ü", items=(), request={}))


def test_the_runs_of_an_upload_are_interrupted(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    register(home)
    with running.instance(home) as instance:
        interrupted: list[str] = []
        monkeypatch.setattr(instance.run_launcher, "terminate", interrupted.append)
        started, _, _ = (
            instance.add_run(dg.DagsterRun(job_name=COMPILE, status=status, tags={PARTITION_TAG: name})).run_id
            for status, name in (
                (dg.DagsterRunStatus.STARTED, NAME), (dg.DagsterRunStatus.SUCCESS, NAME),
                (dg.DagsterRunStatus.STARTING, "another"),
            )
        )  # fmt: skip
        DagsterRunRecords(instance, home).cancel(KEY)
        assert interrupted == [started]


def test_what_dagster_cannot_delete_of_a_partition_goes_too(home: Home) -> None:
    register(home)
    asset = dg.AssetKey("delivered_video")
    with running.instance(home) as instance:
        add_partitions(instance, [NAME, "other"])
        for partition in ("other", NAME):
            instance.report_runless_asset_event(
                dg.AssetMaterialization(asset, partition=partition, metadata={"of": partition})
            )
            instance.report_runless_asset_event(
                dg.AssetCheckEvaluation(
                    check_name="as_requested", asset_key=asset, passed=True, description=partition, partition=partition
                )
            )
        body = {"job_specific_data": {"last_run_key": f"{NAME}:1:2.5", "min_interval": 9}}
        with closing(sqlite3.connect(home.dagster / "schedules" / "schedules.db")) as database, database:
            database.execute(
                "insert into instigators (selector_id, repository_selector_id, status, instigator_type, "
                "instigator_body) values ('s', 'r', 'RUNNING', 'SENSOR', ?)", (json.dumps(body),),
            )  # fmt: skip
            for text in (f"Queued: {NAME}", "Nothing is due."):
                tick = json.dumps({"skip_reason": text})
                database.execute(
                    "insert into job_ticks (job_origin_id, selector_id, status, type, timestamp, tick_body) "
                    "values ('o', 's', 'SKIPPED', 'SENSOR', '2026-01-02', ?)", (tick,),
                )  # fmt: skip
        log = home.dagster / "storage" / "__repository__" / "request_runs" / "1.err"
        log.parent.mkdir(parents=True)
        log.write_text(f"Queued: {NAME}")
        records = DagsterRunRecords(instance, home)
        assert found(home, NAME) != []
        records.erase(NAME)
        records.purge()
        assert found(home, NAME) == []
        assert not log.exists()
        with closing(sqlite3.connect(home.dagster / "schedules" / "schedules.db")) as database:
            ((ticks,),) = database.execute("select count(*) from job_ticks").fetchall()
            ((left_body,),) = database.execute("select instigator_body from instigators").fetchall()
        assert (ticks, json.loads(left_body)["job_specific_data"]) == (1, {"last_run_key": None, "min_interval": 9})
        assert instance.get_dynamic_partitions(UPLOADS) == ["other"]
        left = instance.fetch_materializations(dg.AssetRecordsFilter(asset_key=asset), limit=10).records
        assert [one.partition_key for one in left] == ["other"]


def found(home: Home, name: str) -> list[str]:
    """Databases with the name, as text or as JSON, in any of their bytes or rows."""
    texts = {name, json.dumps(name)[1:-1], json.dumps(json.dumps(name))[2:-2]}
    there = []
    for path in databases(home):
        content = b"".join(one.read_bytes() for one in path.parent.glob(f"{path.name}*"))
        with closing(sqlite3.connect(path)) as database:
            rows = str(list(database.iterdump()))
        there += [path.name for text in texts if text.encode() in content or text in rows]
    return there
