"""Evaluating a sensor or schedule changes nothing, also in a preview, and requests what is due."""

import json
import uuid
from collections.abc import Iterator
from datetime import datetime, timezone
from hashlib import sha256
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml
from PIL import Image

from pytoon_pipeline.catalog.inbox_index import InboxIndex, Row
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.cli.main import main
from pytoon_pipeline.contracts.attempt import Attempt
from pytoon_pipeline.contracts.errors import InvalidInput, TransientError
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.status import DeliveryRecord
from pytoon_pipeline.definitions import defs
from pytoon_pipeline.defs import running
from pytoon_pipeline.defs.automation import DAEMON_LOOP_SECONDS
from pytoon_pipeline.defs.ingest import INGEST
from pytoon_pipeline.defs.jobs import COMPILE
from pytoon_pipeline.defs.partitions import PARTITION_TAG, UPLOADS, add_partitions
from pytoon_pipeline.defs.resources import resources
from pytoon_pipeline.intake.automation import automation
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline_tests.harness import media

RESOURCES = {key: one for key, one in resources().items() if key in ("config", "catalog", "inbox")}
QUIET: dict[str, Any] = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
NIGHT = datetime(2026, 1, 2, 2, 0, tzinfo=timezone.utc)
NEW, OUTDATED, STOPPED, SILENT, LOST, INVALID = (digit * 32 for digit in "123456")
TITLES = {
    NEW: "Summer sale", OUTDATED: "Outdated presets", STOPPED: "Stopped", SILENT: "Silent", LOST: "Lost",
    INVALID: "Invalid request",
}  # fmt: skip


@pytest.fixture
def lasting(home: Home) -> Iterator[dg.DagsterInstance]:
    with running.instance(home) as opened:
        yield opened


@pytest.fixture
def busy_home(home: Home, lasting: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home in which every sensor and schedule has something to request."""
    monkeypatch.setenv("PYTOON_ALERT_COMMAND", f"touch {home.root / 'sent'}")
    uploads = Uploads(home)
    for key in (NEW, OUTDATED, STOPPED, SILENT, LOST):
        title = TITLES[key]
        uploads.register(SourceMedia(key=key, title=title, items=(), request={"text": "x"}), pending=key != OUTDATED)
    uploads.register(SourceMedia(key=INVALID, title=TITLES[INVALID], items=(), request={"no_such_setting": 1}))
    uploads.fail(INVALID, TransientError("x", "X.", "Wait."))
    record = DeliveryRecord(at=0.0, engine="local", preset="clean-product", presets="of yesterday")
    uploads.deliver(OUTDATED, record)
    uploads.record(OUTDATED, Attempt(number=1, plan="p", verdict="fail", score=1))
    add_partitions(lasting, [uploads.name(OUTDATED)])
    begun(lasting, uploads.name(STOPPED), dg.DagsterRunStatus.CANCELED)
    # A run of an earlier version, with the key as its partition.
    begun(lasting, SILENT, dg.DagsterRunStatus.FAILURE)
    lock = home.run_lock(begun(lasting, uploads.name(LOST), dg.DagsterRunStatus.STARTED).run_id)
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.touch()
    (home.inbox / "new.mp4").write_bytes(b"no video")
    (home.inbox / "seen.mp4").write_bytes(b"no video")
    status = (home.inbox / "seen.mp4").stat()
    seen = f"{status.st_size}-{status.st_mtime_ns}-{status.st_ino}"
    InboxIndex(home).put([Row("seen.mp4", seen, 0.0, "seen"), Row("gone.mp4", "x", 0.0, "seen")])
    InboxIndex(home).put([Row("bad.mp4", "x", 0.0, "rejected", code="not_media", message="No.", hint="Replace it.")])
    return home


def begun(instance: dg.DagsterInstance, partition: str, status: dg.DagsterRunStatus) -> dg.DagsterRun:
    run = dg.DagsterRun(job_name=COMPILE, run_id=str(uuid.uuid4()), status=status, tags={PARTITION_TAG: partition})
    return instance.add_run(run)


def state(home: Home, instance: dg.DagsterInstance) -> dict[str, Any]:
    """Every file by its content, except SQLite's shared-memory files, and everything that Dagster has recorded."""
    runs = instance.get_runs()
    events = {run.run_id: [str(event) for event in instance.all_logs(run.run_id)] for run in runs}
    # After the events: reading those of a run for the first time creates its database.
    files = {
        str(path.relative_to(home.root)): sha256(path.read_bytes()).hexdigest()
        for path in home.root.rglob("*")
        if path.is_file() and not path.name.endswith("-shm")
    }
    return {
        "files": files,
        "folders": sorted(str(path) for path in home.root.rglob("*") if path.is_dir()),
        "runs": {run.run_id: (run.status, run.tags) for run in runs},
        "events": events,
        "partitions": sorted(instance.get_dynamic_partitions(UPLOADS)),
        "action_required": instance.get_latest_materialization_event(dg.AssetKey("action_required")),
    }


def evaluated(name: str, instance: dg.DagsterInstance) -> Any:
    """What a sensor or schedule evaluates to, as in the UI's preview."""
    repository = defs().get_repository_def()
    if repository.has_sensor_def(name):
        ref = None if instance.is_ephemeral else instance.get_ref()
        with dg.build_sensor_context(
            instance=instance, instance_ref=ref, repository_def=repository, resources=RESOURCES
        ) as sensor:
            return repository.get_sensor_def(name).evaluate_tick(sensor)
    with dg.build_schedule_context(
        instance=instance, scheduled_execution_time=NIGHT, repository_def=repository, resources=RESOURCES
    ) as schedule:
        return repository.get_schedule_def(name).evaluate_tick(schedule)


NAMES = [one.name for kind in (defs().sensors, defs().schedules) for one in kind or ()]


@pytest.mark.parametrize("name", NAMES)
def test_evaluating_changes_nothing(name: str, busy_home: Home, lasting: dg.DagsterInstance) -> None:
    before = state(busy_home, lasting)
    first = evaluated(name, lasting)
    assert state(busy_home, lasting) == before
    second = evaluated(name, lasting)
    assert state(busy_home, lasting) == before
    requested = [(one.job_name, one.run_key, one.partition_key) for one in first.run_requests or []]
    assert requested == [(one.job_name, one.run_key, one.partition_key) for one in second.run_requests or []]
    assert requested or first.asset_events, "something was due"


def test_reading_status_changes_nothing(
    busy_home: Home, lasting: dg.DagsterInstance, capsys: pytest.CaptureFixture[str]
) -> None:
    before = state(busy_home, lasting)
    assert main(["status", "--json"]) == 0
    printed = capsys.readouterr()
    assert {row["key"] for row in json.loads(printed.out)["uploads"]} >= {NEW, LOST}
    assert "[lost_runs]" in printed.err
    assert state(busy_home, lasting) == before


def test_evaluating_in_an_empty_home_creates_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTOON_HOME", str(tmp_path / "never"))
    with dg.DagsterInstance.ephemeral() as instance:
        for sensor in defs().sensors or ():
            evaluated(sensor.name, instance)
    assert not (tmp_path / "never").exists()


def test_due_keys_are_requested(busy_home: Home, lasting: dg.DagsterInstance) -> None:
    due = evaluated("request_runs", lasting)
    assert {one.partition_key for one in due.run_requests} == {"Summer-sale", "Invalid-request"}
    assert {name for one in due.dynamic_partitions_requests for name in one.partition_keys} == {
        "Summer-sale", "Invalid-request",
    }  # fmt: skip
    new = next(one for one in due.run_requests if one.partition_key == "Summer-sale")
    assert new.tags["pytoon/title"] == "Summer sale"
    assert new.run_key.startswith("Summer-sale:1:")
    shown = new.run_config["ops"]["source_media"]["config"]
    assert shown == {"preset": None, "brand": None, "platform": None, "text": None, "force": False}
    (nightly,) = evaluated("nightly_batch", lasting).run_requests
    assert (nightly.partition_key, nightly.tags["pytoon/reason"]) == ("Outdated-presets", "presets")
    assert nightly.tags["pytoon/title"] == "Outdated presets"


def test_reconciling_records_how_runs_ended(busy_home: Home, lasting: dg.DagsterInstance) -> None:
    uploads = Uploads(busy_home)
    assert defs().resolve_job_def("reconcile_runs").execute_in_process(instance=lasting, run_config=QUIET).success
    assert uploads.stopped() == {STOPPED}
    assert {key for key in (SILENT, LOST) if (found := uploads.failure(key)) and found.code == "run_died"} == {
        SILENT, LOST,
    }  # fmt: skip
    assert not evaluated("fail_lost_runs", lasting).run_requests
    assert {one.partition_key for one in evaluated("request_runs", lasting).run_requests} == {
        "Summer-sale", "Silent", "Lost", "Invalid-request",
    }  # fmt: skip


def test_a_refresh_forgets_attempts_when_it_runs(
    home: Home, lasting: dg.DagsterInstance, busy_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    uploads, job = Uploads(home), defs().resolve_job_def(COMPILE)
    monkeypatch.setattr("pytoon_pipeline.planning.plan.plan_video", lambda *inputs: 1 / 0)

    def run(tags: dict[str, str]) -> None:
        job.execute_in_process(
            instance=lasting, partition_key=uploads.name(OUTDATED), tags=tags, run_config=QUIET, raise_on_error=False
        )  # fmt: skip

    run({"pytoon/reason": "engine"})
    assert len(uploads.attempts(OUTDATED)) == 1
    uploads.clear_failure(OUTDATED)
    (requested,) = evaluated("nightly_batch", lasting).run_requests
    run(dict(requested.tags))
    assert uploads.attempts(OUTDATED) == ()


def test_the_inbox_is_ingested_by_one_run_at_a_time(home: Home, lasting: dg.DagsterInstance, own_presets: Path) -> None:
    file = own_presets / "operations.yaml"
    document = yaml.safe_load(file.read_text())
    document["inbox_settled_seconds"]["value"] = 1.5
    file.write_text(yaml.safe_dump(document))
    assert not evaluated("ingest_uploads", lasting).run_requests, "the inbox is empty"
    Image.new("RGB", (400, 600), "#336699").save(home.inbox / "a-cfe34ea6.png")
    media.video(home.inbox / "bad.mp4", 2.0, "160x120")
    (request,) = evaluated("ingest_uploads", lasting).run_requests
    assert request.tags["pytoon/entries"] == "a.png and bad.mp4", "without the digits that submit adds"
    on_its_way = lasting.add_run(
        dg.DagsterRun(job_name=INGEST, run_id=str(uuid.uuid4()), status=dg.DagsterRunStatus.NOT_STARTED)
    )  # fmt: skip
    assert not evaluated("ingest_uploads", lasting).run_requests, "a run is in progress"
    lasting.report_run_canceled(on_its_way)
    assert defs().resolve_job_def(INGEST).execute_in_process(instance=lasting, run_config=QUIET).success
    rows = InboxIndex(home).rows()
    assert {name: row.state for name, row in rows.items()} == {"a-cfe34ea6.png": "ingested", "bad.mp4": "ingested"}
    assert set(lasting.get_dynamic_partitions(UPLOADS)) == {"a-cfe34ea6", "bad"}, "visible before any run is requested"
    assert not evaluated("ingest_uploads", lasting).run_requests, "everything is ingested"
    blamed, uploads = str(rows["bad.mp4"].key), Uploads(home)
    uploads.fail(blamed, InvalidInput("not_media", "It is not a video.", "Give a video."))
    assert len(evaluated("ingest_uploads", lasting).run_requests) == 1, "a note is due"
    assert defs().resolve_job_def(INGEST).execute_in_process(instance=lasting, run_config=QUIET).success
    assert "not a video" in (home.inbox / "bad.mp4.rejected.txt").read_text()
    assert not evaluated("ingest_uploads", lasting).run_requests


def test_a_tick_of_the_daemon_is_recorded(home: Home, lasting: dg.DagsterInstance) -> None:
    with dg.build_sensor_context(
        instance=lasting,
        instance_ref=lasting.get_ref(),
        repository_def=defs().get_repository_def(),
        resources=RESOURCES,
        last_sensor_start_time=0.0,
    ) as tick:
        tick._last_tick_completion_time = 1.0  # The daemon sets it; the public builder does not.
        defs().get_repository_def().get_sensor_def("ingest_uploads").evaluate_tick(tick)
    assert automation(home) == "running"


def test_intervals_end_one_second_before_a_loop_of_the_daemon() -> None:
    """A sensor with a multiple of the loop as interval would often be evaluated one loop late."""
    intervals = [int(one.minimum_interval_seconds or 0) for one in defs().sensors or ()]
    assert len(intervals) == 5
    assert {interval % DAEMON_LOOP_SECONDS for interval in intervals} == {DAEMON_LOOP_SECONDS - 1}
