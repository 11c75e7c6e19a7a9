"""Schedules, and recovery from transient faults."""

import json
import os
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml
from PIL import Image

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.degradation import Degradation
from pytoon_pipeline.contracts.errors import TransientError
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.status import DeliveryRecord
from pytoon_pipeline.definitions import defs
from pytoon_pipeline.defs import running
from pytoon_pipeline.defs.garbage import COLLECT_GARBAGE
from pytoon_pipeline.defs.jobs import COMPILE
from pytoon_pipeline.defs.partitions import UPLOADS, add_partitions
from pytoon_pipeline.defs.resources import CatalogResource, ConfigResource
from pytoon_pipeline.defs.running import Outcome, compile_upload
from pytoon_pipeline.defs.schedules import nightly_batch
from pytoon_pipeline.intake.ingest import ingest
from pytoon_pipeline.intake.uploads import read_upload
from pytoon_pipeline.operations.batches import KeyActivity, archivable
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.locks import run_lock
from pytoon_pipeline.store.store import Store

pytestmark = pytest.mark.usefixtures("quick_encoder")
Compile = Callable[..., Outcome]
NIGHT = datetime(2026, 1, 2, 2, 0, tzinfo=timezone.utc)
QUIET: dict[str, Any] = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def hero(folder: Path, colour: str = "#336699", text: str = "Half price") -> Path:
    folder.mkdir()
    Image.new("RGB", (400, 600), colour).save(folder / "a.png")
    request = {"archetype": "hero", "media": [{"file": "a.png", "end": 1.2}], "text": text}
    (folder / "request.yaml").write_text(json.dumps(request))
    return folder


def given(home: Home, path: Path, *, pending: bool = True) -> str:
    upload, _ = ingest(home, Store(home.store, home.work), read_upload(path), pending=pending)
    return upload.key


def change(presets: Path, **settings: float) -> None:
    """Edits numbers of ``operations.yaml``."""
    file = presets / "operations.yaml"
    document = yaml.safe_load(file.read_text())
    for name, value in settings.items():
        document[name]["value"] = value
    file.write_text(yaml.safe_dump(document))


@pytest.fixture
def lasting(home: Home) -> Iterator[dg.DagsterInstance]:
    """Schedules need an instance on disk."""
    with running.instance(home) as opened:
        yield opened


def night(instance: dg.DagsterInstance) -> dict[str, str]:
    """The keys that the nightly batch requests, and why."""
    context = dg.build_schedule_context(instance=instance, scheduled_execution_time=NIGHT)
    config = ConfigResource()
    asked = [
        one for one in nightly_batch(context, config, CatalogResource(config=config)) if isinstance(one, dg.RunRequest)
    ]
    assert all(one.tags["dagster/priority"] == "-10" for one in asked), "people who wait come first"
    return {str(one.partition_key): one.tags["pytoon/reason"] for one in asked}


def test_the_nightly_batch_renders_what_is_missing_or_outdated(
    compile_file: Compile, home: Home, tmp_path: Path, own_presets: Path, lasting: dg.DagsterInstance
) -> None:
    done = compile_file(hero(tmp_path / "done"))
    assert done.error is None
    waiting = given(home, hero(tmp_path / "waiting", "#993366"))
    (tmp_path / "bad.mp4").write_bytes(b"no video")
    bad = compile_file(tmp_path / "bad.mp4")
    assert bad.error is not None
    assert night(lasting) == {}, "the sensor asks for what is new"
    add_partitions(lasting, [done.key, waiting, bad.key])
    assert night(lasting) == {waiting: "pending"}
    uploads = Uploads(home)
    record = uploads.delivered(done.key)
    assert record is not None
    uploads.deliver(waiting, record)
    preset = own_presets / f"{record.preset}.yaml"
    preset.write_text(preset.read_text() + "\n# a remark changes nothing\n")
    assert night(lasting) == {}
    document = yaml.safe_load(preset.read_text())
    preset.write_text(yaml.safe_dump({**document, "stills": {**document.get("stills", {}), "seconds": 2.9}}))
    assert night(lasting) == {done.key: "presets", waiting: "presets"}
    change(own_presets, max_batch_size=1)
    assert list(night(lasting)) == [waiting], "the newest first"
    change(own_presets, max_batch_size=10)
    uploads.deliver(waiting, record.model_copy(update={"engine": "fallback", "degraded": Degradation(reasons=())}))
    uploads.fail(done.key, TransientError("store_not_writable", "The disk is full.", "Make space."))
    assert night(lasting) == {done.key: "failed", waiting: "engine"}


def test_archived_keys_leave_the_partitions_and_can_return(
    home: Home, instance: dg.DagsterInstance, tmp_path: Path, own_presets: Path
) -> None:
    uploads = Uploads(home)
    old, waiting = given(home, hero(tmp_path / "old")), given(home, hero(tmp_path / "waiting", "#993366"))
    uploads.deliver(old, DeliveryRecord(at=0.0, engine="local", preset="p", presets="x"))
    add_partitions(instance, [old, waiting])
    change(own_presets, archive_after_days=1e-6)
    time.sleep(0.2)
    assert collect_garbage(instance)
    assert set(instance.get_dynamic_partitions(UPLOADS)) == {waiting}
    assert uploads.archived() == {old}
    assert uploads.get(old), "its record stays"
    given(home, tmp_path / "old", pending=False)
    assert uploads.archived() == set()


def test_only_settled_keys_are_archived_and_the_oldest_first() -> None:
    day = 86400.0
    keys = [KeyActivity(str(n), n * day, settled=n % 2 == 0) for n in range(10)]
    assert archivable(keys, 10 * day, days=5, max_keys=100) == ["0", "2", "4"]
    assert archivable(keys, 10 * day, days=100, max_keys=8) == ["0", "2"]
    assert archivable(keys, 10 * day, days=100, max_keys=0) == ["0", "2", "4", "6", "8"]


def collect_garbage(instance: dg.DagsterInstance) -> bool:
    job = defs().resolve_job_def(COLLECT_GARBAGE)
    return job.execute_in_process(instance=instance, run_config=QUIET, raise_on_error=True).success


def test_garbage_collection_removes_what_can_be_made_again(
    compile_file: Compile, home: Home, instance: dg.DagsterInstance, tmp_path: Path, own_presets: Path
) -> None:
    path = hero(tmp_path / "hero")
    first = compile_file(path)
    assert first.error is None
    video = Path(first.assets["delivered_video"]["video"]).read_bytes()
    change(own_presets, retention_days=1e-6, retention_grace_seconds=0)
    for file in (home.store / "artifacts").rglob("*.json"):
        os.utime(file, (1, 1))
    for file in (home.store / "objects").rglob("*"):
        if file.is_file():
            os.utime(file, (1, 1))
    with run_lock(home.run_lock("another")):
        os.utime(home.run_lock("another"), (0, 0))
        assert collect_garbage(instance)
        assert list((home.store / "links").glob("composite/*")), "a run that began before may be using it"
    assert collect_garbage(instance)
    assert not list((home.store / "links").glob("composite/*"))
    assert Path(first.assets["delivered_video"]["video"]).read_bytes() == video
    again = compile_file(path)
    assert again.error is None
    assert again.assets["metadata"]["status"] == "cached"
    assert again.assets["rendered_segments"]["segments_rendered"] == again.assets["rendered_segments"]["segments"]
    assert Path(again.assets["delivered_video"]["video"]).read_bytes() == video


def test_a_full_disk_is_reported_and_the_upload_recovers(
    compile_file: Compile, home: Home, tmp_path: Path, own_presets: Path
) -> None:
    path = hero(tmp_path / "hero")
    change(own_presets, min_free_bytes=10**15)
    outcome = compile_file(path)
    assert outcome.error is not None
    assert (outcome.error.code, outcome.error.category) == ("store_not_writable", "transient")
    assert "disk space" in outcome.error.message
    change(own_presets, min_free_bytes=0)
    assert compile_file(path).error is None


def test_missing_stored_media_are_reported_and_the_upload_recovers(
    compile_file: Compile, home: Home, instance: dg.DagsterInstance, tmp_path: Path, store: Store
) -> None:
    path = hero(tmp_path / "hero")
    key = given(home, path)
    upload = SourceMedia.model_validate(Uploads(home).get(key))
    kept = home.store / "objects" / upload.items[0].sha256[:2] / upload.items[0].sha256
    content = kept.read_bytes()
    kept.write_bytes(content[:-1])
    outcome = compile_upload(defs().resolve_job_def(COMPILE), instance, home, key)
    assert outcome.error is not None
    assert (outcome.error.code, outcome.error.category) == ("upload_damaged", "dependency_missing")
    assert compile_file(path).error is None, "adding it again brings it back"


def test_logs_record_events_without_the_texts_of_uploads(
    compile_file: Compile, home: Home, instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    done = compile_file(hero(tmp_path / "hero", text="Strictly secret words"))
    assert done.error is None
    (tmp_path / "bad.mp4").write_bytes(b"no video")
    bad = compile_file(tmp_path / "bad.mp4")
    text = "".join(path.read_text() for path in home.logs.glob("*.jsonl"))
    lines = [json.loads(line) for line in text.splitlines()]
    assert "secret" not in text
    assert {line["stage"] for line in lines if line.get("event") == "stage" and line["key"] == done.key} >= {
        "metadata", "rendered_segments", "qc_score",
    }  # fmt: skip
    segments = [line for line in lines if line.get("event") == "segment"]
    assert [line["segment"] for line in segments] == list(range(len(segments)))
    assert len({line["fingerprint"] for line in segments}) == len(segments)
    (delivered,) = [line for line in lines if line.get("event") == "delivered"]
    assert (delivered["engine"], delivered["degraded"]) == ("local", False)
    (failed,) = [line for line in lines if line.get("event") == "failed"]
    assert (failed["key"], failed["code"], failed["category"]) == (bad.key, "not_media", "invalid_input")
    assert all({"time", "level", "run"} <= line.keys() for line in lines)
    assert dg.materialize([defs().resolve_assets_def("pipeline_kpis")], instance=instance, run_config=QUIET).success
    event = instance.get_latest_materialization_event(dg.AssetKey("pipeline_kpis"))
    assert event is not None
    assert event.asset_materialization is not None
    figures: Any = event.asset_materialization.metadata["all"].value
    assert (figures["completed"], figures["failed"], figures["success_rate"]) == (1, 1, 0.5)
