"""The loop: what failed is made again with a change, until it passes or the safe video is delivered."""

import json
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest
from PIL import Image

from pytoon_pipeline.contracts.artifact import Artifact
from pytoon_pipeline.definitions import defs
from pytoon_pipeline.defs import sensors
from pytoon_pipeline.defs.jobs import COMPILE
from pytoon_pipeline.defs.running import add_partitions
from pytoon_pipeline.defs.sensors import (
    ATTEMPT_TAG,
    MOST_DEATHS,
    PARTITION_TAG,
    list_quarantine,
    mend_failed_videos,
    notice_dead_runs,
)
from pytoon_pipeline.planning.requests import read_upload
from pytoon_pipeline.store.home import Home
from pytoon_pipeline.store.store import Store
from pytoon_pipeline.store.uploads import Uploads, admit
from pytoon_pipeline_tests import making


@pytest.fixture
def uploads(home: Home) -> Uploads:
    return Uploads(home.uploads)


def strange_letters(path: Path) -> Path:
    """Fails for characters without glyphs; without them it passes."""
    path.mkdir()
    Image.new("RGB", (400, 600), "#336699").save(path / "a.png")
    request = {"archetype": "hero", "media": [{"file": "a.png", "end": 2}], "text": "漢字 shoe"}
    (path / "request.yaml").write_text(json.dumps(request))
    return path


def strobe(path: Path) -> Path:
    """Footage that flashes five times a second: no plan makes that safe."""
    path.mkdir()
    flashing = "drawbox=color=black:t=fill:enable='lt(mod(n,6),3)'"
    making.run("-f", "lavfi", "-i", f"color=white:s=320x568:r=30:d=2.5,{flashing}", "-pix_fmt", "yuv420p",
               str(path / "s.mp4"))  # fmt: skip
    (path / "request.yaml").write_text(json.dumps({"archetype": "hero", "media": ["s.mp4"], "max_seconds": 2.5}))
    return path


def submit(path: Path, home: Home, instance: dg.DagsterInstance) -> str:
    upload = read_upload(path)
    request = upload.request.model_dump(mode="json", exclude_unset=True)
    key = admit(Store(home.store, home.work), Uploads(home.uploads), upload.files, upload.title, request).key
    add_partitions(instance, [key])
    return key


def run(key: str, instance: dg.DagsterInstance, tags: dict[str, str] | None = None) -> bool:
    job = defs.resolve_job_def(COMPILE)
    return job.execute_in_process(
        instance=instance, partition_key=key, raise_on_error=False, tags=tags,
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
    ).success  # fmt: skip


def tick(instance: dg.DagsterInstance) -> list[dg.RunRequest]:
    context = dg.build_sensor_context(instance=instance, repository_def=defs.get_repository_def())
    return mend_failed_videos.evaluate_tick(context).run_requests or []  # type: ignore[return-value]


def until_quiet(instance: dg.DagsterInstance) -> int:
    """Ticks and runs what they ask for. Gives how many runs that took."""
    asked: set[str] = set()
    for _ in range(10):
        wanted = [request for request in tick(instance) if request.run_key not in asked]
        if not wanted:
            return len(asked)
        for request in wanted:
            asked.add(str(request.run_key))
            run(str(request.partition_key), instance, dict(request.tags))
    raise AssertionError("it never ends")


def test_a_mendable_video_is_mended(home: Home, instance: dg.DagsterInstance, tmp_path: Path, uploads: Uploads) -> None:
    key = submit(strange_letters(tmp_path / "letters"), home, instance)
    assert not run(key, instance)
    failed = uploads.failure(key)
    assert failed is not None
    assert failed.code == "qc_failed"
    assert until_quiet(instance) == 1
    assert uploads.failure(key) is None
    assert [(one.remedies, one.verdict) for one in uploads.attempts(key)] == [
        ((), "fail"), (("known_characters",), "pass"),
    ]  # fmt: skip
    manifest = json.loads(next(home.outbox.rglob("manifest.json")).read_text())
    assert (manifest["degraded"], len(manifest["attempts"])) == (False, 2)
    assert run(key, instance), "again, nothing changes"
    assert len(uploads.attempts(key)) == 2


def test_what_cannot_be_mended_ends_degraded(
    home: Home, instance: dg.DagsterInstance, tmp_path: Path, uploads: Uploads
) -> None:
    key = submit(strobe(tmp_path / "strobe"), home, instance)
    assert not run(key, instance)
    assert until_quiet(instance) == 3
    attempts = uploads.attempts(key)
    assert [one.safe for one in attempts] == [False, False, False, True]
    assert {code for one in attempts for code in one.codes} >= {"flash"}
    assert uploads.degraded() == [key]
    manifest = json.loads(next(home.outbox.rglob("manifest.json")).read_text())
    assert manifest["degraded"]
    assert manifest["qc"]["verdict"] == "fail"
    assert tick(instance) == []
    location = defs.get_repository_def()
    listing = list_quarantine.evaluate_tick(dg.build_sensor_context(instance=instance, repository_def=location))
    assert len(listing.run_requests or []) == 1
    context = dg.build_sensor_context(instance=instance, repository_def=location, cursor=listing.cursor)
    assert not list_quarantine.evaluate_tick(context).run_requests


def test_a_new_request_begins_anew(home: Home, instance: dg.DagsterInstance, tmp_path: Path, uploads: Uploads) -> None:
    path = strange_letters(tmp_path / "letters")
    key = submit(path, home, instance)
    run(key, instance)
    (path / "request.yaml").write_text(json.dumps({"archetype": "hero", "media": [{"file": "a.png", "end": 2}]}))
    assert submit(path, home, instance) == key
    assert uploads.attempts(key) == ()
    assert run(key, instance)
    assert [one.remedies for one in uploads.attempts(key)] == [()]


def test_killed_runs_are_asked_for_again_but_not_for_ever(
    home: Home, instance: dg.DagsterInstance, tmp_path: Path, uploads: Uploads
) -> None:
    key = submit(strange_letters(tmp_path / "letters"), home, instance)
    run(key, instance)
    keys = []
    for _ in range(MOST_DEATHS):
        (request,) = tick(instance)
        keys.append(request.run_key)
        assert tick(instance)[0].run_key == request.run_key, "Dagster drops a run key that it knows"
        tags = {PARTITION_TAG: key, **request.tags}
        started = instance.create_run_for_job(
            defs.resolve_job_def(COMPILE), status=dg.DagsterRunStatus.STARTED, tags=tags
        )
        assert started.tags[ATTEMPT_TAG] == "2"
        assert tick(instance) == [], "it is on its way"
        instance.report_run_failed(started)
    assert len(set(keys)) == MOST_DEATHS
    assert tick(instance) == []
    assert len(uploads.attempts(key)) == 1


def test_checks_and_tables_show_in_the_ui(home: Home, instance: dg.DagsterInstance, tmp_path: Path) -> None:
    key = submit(strange_letters(tmp_path / "letters"), home, instance)
    job = defs.resolve_job_def(COMPILE)
    result = job.execute_in_process(
        instance=instance, partition_key=key, raise_on_error=False,
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
    )  # fmt: skip
    checks = {one.check_name: one for one in result.get_asset_check_evaluations()}
    assert {name: one.passed for name, one in checks.items()} == {
        "file": True, "time": True, "frame": False, "sound": True,
    }  # fmt: skip
    assert all(one.blocking for one in checks.values())
    (scored,) = [
        event for event in result.get_asset_materialization_events() if str(event.asset_key.path[-1]) == "qc_score"
    ]
    shown = scored.step_materialization_data.materialization.metadata
    assert "missing_glyph" in shown["findings"].value
    assert "data:image/webp" in shown["findings"].value
    assert "as asked" in shown["attempts"].value
    value = Artifact.model_validate(Store(home.store, home.work).linked("qc_score", key).model_dump()).value
    assert value["verdict"] == "fail"


HOLDING = """
import sys, time
from pathlib import Path
from pytoon_pipeline.store.liveness import alive
with alive(Path(sys.argv[1])):
    print("holding", flush=True)
    time.sleep(60)
"""


def test_a_run_whose_process_died_is_noticed_and_asked_for_again(
    home: Home, instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    key = submit(strange_letters(tmp_path / "letters"), home, instance)

    def look() -> list[dg.RunRequest]:
        context = dg.build_sensor_context(instance=instance, repository_def=defs.get_repository_def())
        return notice_dead_runs.evaluate_tick(context).run_requests or []  # type: ignore[return-value]

    tags: dict[str, str] = {}
    for death in range(1, MOST_DEATHS + 1):
        started = instance.create_run_for_job(
            defs.resolve_job_def(COMPILE), status=dg.DagsterRunStatus.STARTED, tags={PARTITION_TAG: key} | tags
        )
        lock = home.run_lock(started.run_id)
        with subprocess.Popen([sys.executable, "-c", HOLDING, str(lock)], stdout=subprocess.PIPE) as worker:
            assert worker.stdout is not None
            worker.stdout.readline()
            assert look() == []
            worker.kill()
        requests = look()
        ended = instance.get_run_by_id(started.run_id)
        assert ended is not None
        assert ended.status == dg.DagsterRunStatus.FAILURE
        assert len(requests) == (death < MOST_DEATHS)
        tags = dict(requests[0].tags) if requests else {}
    assert look() == []


def test_a_process_that_never_begins_is_noticed(
    home: Home, instance: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = submit(strange_letters(tmp_path / "letters"), home, instance)
    begun = instance.create_run_for_job(
        defs.resolve_job_def(COMPILE), status=dg.DagsterRunStatus.STARTING, tags={PARTITION_TAG: key}
    )
    context = dg.build_sensor_context(instance=instance, repository_def=defs.get_repository_def())
    assert not notice_dead_runs.evaluate_tick(context).run_requests, "it may yet begin"
    monkeypatch.setattr(sensors, "LONGEST_START", 0.0)
    (request,) = notice_dead_runs.evaluate_tick(context).run_requests or []
    assert request.partition_key == key
    ended = instance.get_run_by_id(begun.run_id)
    assert ended is not None
    assert ended.status == dg.DagsterRunStatus.FAILURE
