"""Regeneration: a failed video is rendered again with a remedy, until it passes or the fallback video is delivered."""

import json
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from PIL import Image

from pytoon_pipeline.catalog.database import Database
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.config.presets import load_operations
from pytoon_pipeline.contracts.artifact import Artifact
from pytoon_pipeline.contracts.errors import TransientError
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.resolved_request import ResolvedRequest
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.definitions import defs
from pytoon_pipeline.defs import reconcile as reconciling
from pytoon_pipeline.defs.jobs import COMPILE
from pytoon_pipeline.defs.partitions import PARTITION_TAG, add_partitions
from pytoon_pipeline.defs.reconcile import RECONCILE, fail_lost
from pytoon_pipeline.defs.resources import CatalogResource, ConfigResource
from pytoon_pipeline.defs.sensors.fail_lost_runs import fail_lost_runs
from pytoon_pipeline.defs.sensors.publish_status import publish_status
from pytoon_pipeline.defs.sensors.request_runs import MAX_REQUESTS, request_runs
from pytoon_pipeline.intake.ingest import ingest
from pytoon_pipeline.intake.uploads import read_upload
from pytoon_pipeline.operations.retries import DELAYS
from pytoon_pipeline.operations.status import status_report
from pytoon_pipeline.planning import plan
from pytoon_pipeline.planning.analysed_media import PlanMedia
from pytoon_pipeline.reporting import log_tables
from pytoon_pipeline.reporting.kpis import kpis
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness import media

pytestmark = pytest.mark.usefixtures("quick_encoder")
STARTED = dg.DagsterRunStatus.STARTED
CONFIG = ConfigResource()
CATALOG = CatalogResource(config=CONFIG)
QUIET: dict[str, Any] = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@pytest.fixture
def uploads(home: Home) -> Uploads:
    return Uploads(home)


def hasty(path: Path) -> Path:
    """Fails because its pictures change too fast; shown for longer, it passes."""
    path.mkdir()
    for name, grey in (("a", 20), ("b", 235)):
        Image.new("RGB", (400, 600), (grey, grey, grey)).save(path / f"{name}.png")
    items = [{"file": f"{name}.png", "end": 0.1} for name in "ababababab"]
    request = {"archetype": "hero", "media": items, "transition": "cut"}
    (path / "request.yaml").write_text(json.dumps(request))
    return path


def strobe(path: Path) -> Path:
    """Footage that flashes five times per second: no remedy makes that safe."""
    path.mkdir()
    flashing = "drawbox=color=black:t=fill:enable='lt(mod(n,6),3)'"
    media.run("-f", "lavfi", "-i", f"color=white:s=320x568:r=30:d=1.2,{flashing}", "-pix_fmt", "yuv420p",
               str(path / "s.mp4"))  # fmt: skip
    (path / "request.yaml").write_text(json.dumps({"archetype": "hero", "media": ["s.mp4"], "max_seconds": 1.2}))
    return path


def submit(path: Path, home: Home, instance: dg.DagsterInstance) -> str:
    upload, _ = ingest(home, Store(home.store, home.work), read_upload(path), pending=True)
    add_partitions(instance, [Uploads(home).name(upload.key)])
    return upload.key


def run(key: str, instance: dg.DagsterInstance, tags: dict[str, str] | None = None) -> bool:
    job = defs().resolve_job_def(COMPILE)
    return job.execute_in_process(
        instance=instance, partition_key=CATALOG.uploads.name(key), raise_on_error=False, tags=tags,
        run_config=QUIET,
    ).success  # fmt: skip


def tick(instance: dg.DagsterInstance) -> list[dg.RunRequest]:
    """Runs that the sensors request for uploads. Records are reconciled when that is due."""
    context = dg.build_sensor_context(instance=instance)
    result = request_runs(context, CONFIG, CATALOG)
    if isinstance(fail_lost_runs(context, CONFIG, CATALOG), dg.RunRequest):
        job = defs().resolve_job_def(RECONCILE)
        assert job.execute_in_process(instance=instance, run_config=QUIET).success
    return list(result.run_requests or []) if isinstance(result, dg.SensorResult) else []


def asked_for(instance: dg.DagsterInstance) -> list[str | None]:
    """The keys of the runs that the sensors request."""
    return [CATALOG.uploads.key_of(str(request.partition_key)) for request in tick(instance)]


def until_quiet(instance: dg.DagsterInstance) -> int:
    """Evaluates the sensors and runs what they request, until nothing is left. Returns the number of runs."""
    asked: set[str] = set()
    for _ in range(10):
        wanted = [request for request in tick(instance) if request.run_key not in asked]
        if not wanted:
            return len(asked)
        for request in wanted:
            asked.add(str(request.run_key))
            run(str(CATALOG.uploads.key_of(str(request.partition_key))), instance, dict(request.tags))
    raise AssertionError("it never ends")


def test_a_fixable_video_is_fixed(home: Home, instance: dg.DagsterInstance, tmp_path: Path, uploads: Uploads) -> None:
    key = submit(hasty(tmp_path / "hasty"), home, instance)
    assert not run(key, instance)
    failed = uploads.failure(key)
    assert failed is not None
    assert failed.code == "qc_failed"
    assert until_quiet(instance) == 1
    assert uploads.failure(key) is None
    assert [(one.remedies, one.verdict) for one in uploads.attempts(key)] == [
        ((), "fail"), (("slower_pictures",), "pass"),
    ]  # fmt: skip
    manifest = json.loads(next(home.outbox.rglob("manifest.json")).read_text())
    assert (manifest["degraded"], len(manifest["attempts"])) == (None, 2)
    (told,) = (note["message"] for note in manifest["spec"]["notes"] if note["code"] == "changed_after_check")
    assert "flash" in told
    assert run(key, instance), "again, nothing changes"
    assert len(uploads.attempts(key)) == 2

    log_tables.collect(home.logs, home.metrics)
    found = kpis(home.metrics)
    assert (found.completed, found.damaged_log_lines) == (1, 0)
    assert found.attempts_per_video == 2


def test_a_video_that_still_flashes_is_held_and_reported(
    home: Home, instance: dg.DagsterInstance, tmp_path: Path, uploads: Uploads
) -> None:
    key = submit(strobe(tmp_path / "strobe"), home, instance)
    assert not run(key, instance)
    assert until_quiet(instance) == 3
    attempts = uploads.attempts(key)
    assert [one.fallback for one in attempts] == [False, False, False, True]
    assert {code for one in attempts for code in one.codes} >= {"flash"}
    assert (uploads.held(), uploads.degraded(), uploads.failures()) == ([key], [], {})
    assert not home.outbox.exists()
    manifest = json.loads(next(home.held.rglob("manifest.json")).read_text())
    assert {"simplified", "flash"} <= {reason["code"] for reason in manifest["degraded"]["reasons"]}
    assert manifest["qc"]["verdict"] == "fail"
    assert tick(instance) == []
    listing = publish_status(dg.build_sensor_context(instance=instance), CONFIG, CATALOG)
    assert isinstance(listing, dg.SensorResult)
    materialized, checked = listing.asset_events
    assert isinstance(materialized, dg.AssetMaterialization)
    assert (materialized.metadata["held"].value, materialized.metadata["degraded"].value) == (1, 0)
    assert "Held until" in str(materialized.metadata["list"].value)
    listed = str(materialized.metadata["list"].value)
    assert "| strobe |" in listed
    assert "/assets/qc_score?view=partitions&partition=strobe" in listed
    assert "partition&tags[0][value]=strobe)" in listed, "the Launchpad, filled in"
    assert isinstance(checked, dg.AssetCheckEvaluation)
    assert not checked.passed, "a held video waits for a person"
    context = dg.build_sensor_context(instance=instance, cursor=listing.cursor)
    assert isinstance(publish_status(context, CONFIG, CATALOG), dg.SkipReason)


def test_a_new_request_resets_the_attempts(
    home: Home, instance: dg.DagsterInstance, tmp_path: Path, uploads: Uploads
) -> None:
    path = hasty(tmp_path / "hasty")
    key = submit(path, home, instance)
    run(key, instance)
    calm = [{"file": f"{name}.png", "end": 0.4} for name in "ababababab"]
    (path / "request.yaml").write_text(json.dumps({"archetype": "hero", "media": calm, "transition": "cut"}))
    assert submit(path, home, instance) == key
    assert uploads.attempts(key) == ()
    assert run(key, instance)
    assert [one.remedies for one in uploads.attempts(key)] == [()]


def test_killed_runs_are_retried_a_limited_number_of_times(
    home: Home, instance: dg.DagsterInstance, tmp_path: Path, uploads: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = submit(hasty(tmp_path / "hasty"), home, instance)
    clock = Clock(monkeypatch)
    keys: list[str] = []
    for _ in range(30):
        if not (wanted := tick(instance)):
            break
        keys.append(str(wanted[0].run_key))
        assert tick(instance)[0].run_key == keys[-1], "Dagster drops a run key that it knows"
        started = begun(instance, key)
        assert tick(instance) == [], "it is on its way"
        instance.report_run_failed(started)
        assert tick(instance) == [], "what has ended without a word is noted first"
        failed = uploads.failure(key)
        assert failed is not None
        assert (failed.code, failed.tries) == ("run_died", len(keys))
        clock.on(3600)
    assert len(keys) == len(set(keys)) == len(DELAYS["transient"]) + 1
    assert status_report(home, load_operations()).waiting_for_a_person


def test_a_canceled_run_is_not_retried(home: Home, instance: dg.DagsterInstance, tmp_path: Path) -> None:
    key = submit(hasty(tmp_path / "hasty"), home, instance)
    assert len(tick(instance)) == 1
    instance.report_run_canceled(begun(instance, key))
    assert tick(instance) == []
    submit(hasty(tmp_path / "again"), home, instance)
    assert tick(instance) == [], "the same again changes nothing"


def test_canceled_runs_do_not_delay_others(home: Home, instance: dg.DagsterInstance, tmp_path: Path) -> None:
    uploads = Uploads(home)
    for n in range(MAX_REQUESTS + 5):
        key = f"{n:032x}"
        uploads.register(SourceMedia(key=key, title="x", items=(), request={"text": "x"}))
        instance.report_run_canceled(begun(instance, key))
    key = submit(hasty(tmp_path / "hasty"), home, instance)
    assert asked_for(instance) == [key]
    assert len(uploads.stopped()) == MAX_REQUESTS + 5


def test_an_unreadable_record_affects_only_its_own_key(
    home: Home, instance: dg.DagsterInstance, tmp_path: Path, uploads: Uploads
) -> None:
    key = submit(hasty(tmp_path / "hasty"), home, instance)
    for name in ("0" * 32, "1" * 32):
        uploads.register(SourceMedia(key=name, title="x", items=(), request={"no_such_setting": 1}))
        uploads.fail(name, TransientError("x", "X.", "Wait."))
    with Database(home).write() as database:
        database.execute("update failures set record = '' where key = ?", ("0" * 32,))
    add_partitions(instance, [uploads.name("0" * 32), uploads.name("1" * 32)])
    assert set(asked_for(instance)) == {key, "0" * 32, "1" * 32}
    assert not run("1" * 32, instance)
    failed = uploads.failure("1" * 32)
    assert failed is not None
    assert failed.code == "invalid_request"
    assert "1" * 32 not in asked_for(instance)
    status_report(home, load_operations())


def test_a_request_that_changes_during_a_run_is_not_lost(
    home: Home, instance: dg.DagsterInstance, tmp_path: Path, uploads: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "hat"
    folder.mkdir()
    Image.new("RGB", (400, 600), "#336699").save(folder / "a.png")

    def ask(text: str) -> str:
        request = {"archetype": "hero", "media": [{"file": "a.png", "end": 1.2}], "text": text}
        (folder / "request.yaml").write_text(json.dumps(request))
        return submit(folder, home, instance)

    key = ask("Before")
    real = plan.plan_video

    def meanwhile(resolved: ResolvedRequest, media: PlanMedia) -> RenderSpec:
        ask("After")
        return real(resolved, media)

    monkeypatch.setattr(plan, "plan_video", meanwhile)
    assert run(key, instance)
    monkeypatch.setattr(plan, "plan_video", real)
    assert asked_for(instance) == [key]
    assert run(key, instance)
    assert tick(instance) == []
    record = uploads.delivered(key)
    assert record is not None
    manifest = json.loads((home.root / record.video).with_name("manifest.json").read_text())
    assert manifest["request"]["text"] == "After"


def test_invalid_input_is_not_retried(home: Home, instance: dg.DagsterInstance, tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"no video")
    key = submit(tmp_path / "a.mp4", home, instance)
    assert not run(key, instance)
    assert tick(instance) == []
    now = status_report(home, load_operations())
    assert [line.code for line in now.failed] == ["not_media"]


def test_a_bug_is_recorded_with_its_key_and_retried_once(
    home: Home, instance: dg.DagsterInstance, tmp_path: Path, uploads: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    key = submit(hasty(tmp_path / "hasty"), home, instance)
    monkeypatch.setattr("pytoon_pipeline.planning.plan.plan_video", lambda *inputs: 1 / 0)
    assert not run(key, instance)
    failed = uploads.failure(key)
    assert failed is not None
    assert (failed.code, failed.category, failed.stage) == ("internal", "bug", "render_spec")
    assert "ZeroDivisionError" in failed.message
    assert tick(instance) == []
    clock.on(60)
    assert len(tick(instance)) == 1
    assert not run(key, instance)
    clock.on(3600)
    assert tick(instance) == []


class Clock:
    """The clock of the catalog, as the sensors see it."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._ahead = 0.0
        patch.setattr(Uploads, "now", lambda uploads: time.time() + self._ahead)

    def on(self, seconds: float) -> None:
        self._ahead += seconds


def begun(instance: dg.DagsterInstance, key: str, status: dg.DagsterRunStatus = STARTED) -> dg.DagsterRun:
    run = dg.DagsterRun(
        job_name=COMPILE, run_id=str(uuid.uuid4()), status=status, tags={PARTITION_TAG: CATALOG.uploads.name(key)}
    )
    return instance.add_run(run)


def test_checks_and_tables_show_in_the_ui(home: Home, instance: dg.DagsterInstance, tmp_path: Path) -> None:
    key = submit(hasty(tmp_path / "hasty"), home, instance)
    job = defs().resolve_job_def(COMPILE)
    result = job.execute_in_process(
        instance=instance, partition_key=CATALOG.uploads.name(key), raise_on_error=False,
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
    )  # fmt: skip
    checks = {one.check_name: one for one in result.get_asset_check_evaluations()}
    assert {name: one.passed for name, one in checks.items()} == {
        "file": True, "time": False, "frame": True, "audio": True,
    }  # fmt: skip
    assert all(one.blocking for one in checks.values())
    assert {one.partition for one in checks.values()} == {"hasty"}
    assert str(checks["time"].description).startswith("Flashing between 0:00.")
    (scored,) = [
        event for event in result.get_asset_materialization_events() if str(event.asset_key.path[-1]) == "qc_score"
    ]
    shown = scored.materialization.metadata
    assert "flash" in shown["findings"].value
    assert "data:image/webp" in shown["findings"].value
    assert "| 1 | none | 50 | fail | flash |" in shown["attempts"].value
    value = Artifact.model_validate(Store(home.store, home.work).latest("qc_score", key).model_dump()).value
    assert value["verdict"] == "fail"
    assert next(iter(shown)) == "picture"
    assert (shown["score"].value, shown["gate_findings"].value) == (50, 1)
    (failed,) = [event for event in result.all_events if event.is_step_failure]
    reason = failed.step_failure_data.user_failure_data
    assert reason is not None
    assert str(reason.description).startswith("Flashing between 0:00.")
    assert next(iter(reason.metadata)) == "picture"
    picture = str(reason.metadata["picture"].value)
    assert picture.startswith("![frames](data:image/webp;base64,")
    assert len(picture) < 1000, "small enough to show inline"
    assert len(str(reason.metadata["larger_picture"].value)) < 30_000
    assert (reason.metadata["limit"].value, reason.metadata["unit"].value) == (3.0, "flashes per second")
    assert "partition&tags[0][value]=hasty" in str(reason.metadata["render_again"].value)
    assert "preset:+bold-offer" in str(reason.metadata["render_with_bold-offer"].value)
    tags = instance.get_runs()[0].tags
    assert (tags["pytoon/title"], tags["pytoon/preset"]) == ("hasty", "clean-product")


HOLDING = """
import sys, time
from pathlib import Path
from pytoon_pipeline.runtime.locks import run_lock
with run_lock(Path(sys.argv[1])):
    print("holding", flush=True)
    time.sleep(3600)
"""


def test_a_run_whose_process_died_is_marked_failed_and_retried(
    home: Home, instance: dg.DagsterInstance, tmp_path: Path, uploads: Uploads
) -> None:
    key = submit(hasty(tmp_path / "hasty"), home, instance)
    started = begun(instance, key)
    lock = home.run_lock(started.run_id)
    with subprocess.Popen([sys.executable, "-c", HOLDING, str(lock)], stdout=subprocess.PIPE) as worker:
        assert worker.stdout is not None
        worker.stdout.readline()
        assert fail_lost(instance, home) == 0
        worker.kill()
    assert fail_lost(instance, home) == 1
    ended = instance.get_run_by_id(started.run_id)
    assert ended is not None
    assert ended.status == dg.DagsterRunStatus.FAILURE
    failed = uploads.failure(key)
    assert failed is not None
    assert (failed.code, failed.category) == ("run_died", "transient")
    assert asked_for(instance) == [key]
    assert fail_lost(instance, home) == 0


@pytest.mark.parametrize("status", [dg.DagsterRunStatus.STARTING, STARTED])
def test_a_run_whose_process_never_starts_is_marked_failed(
    home: Home, instance: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    status: dg.DagsterRunStatus,
) -> None:  # fmt: skip
    key = submit(hasty(tmp_path / "hasty"), home, instance)
    never = begun(instance, key, status)
    monkeypatch.setattr(reconciling, "RELEASE_SECONDS", 0.0)
    assert fail_lost(instance, home) == 0, "it may yet begin"
    monkeypatch.setattr(reconciling, "START_TIMEOUT", 0.0)
    assert fail_lost(instance, home) == 1
    ended = instance.get_run_by_id(never.run_id)
    assert ended is not None
    assert ended.status == dg.DagsterRunStatus.FAILURE
    assert asked_for(instance) == [key]
