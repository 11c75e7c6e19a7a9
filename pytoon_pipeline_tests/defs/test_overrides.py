"""Overrides that a person sets for a single run in the Launchpad apply and are recorded, or are refused."""

import json
import uuid
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml
from PIL import Image

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.attempt import Attempt
from pytoon_pipeline.contracts.errors import PytoonError, process_died
from pytoon_pipeline.definitions import defs
from pytoon_pipeline.defs import running
from pytoon_pipeline.defs.jobs import COMPILE
from pytoon_pipeline.defs.overrides import RunOverrides, overrides_of
from pytoon_pipeline.defs.partitions import PARTITION_TAG, add_partitions
from pytoon_pipeline.defs.reconcile import fail_lost
from pytoon_pipeline.defs.resources import CatalogResource, ConfigResource
from pytoon_pipeline.defs.schedules import nightly_batch
from pytoon_pipeline.defs.sensors.request_runs import request_runs
from pytoon_pipeline.intake.ingest import ingest
from pytoon_pipeline.intake.uploads import read_upload
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.store import Store

pytestmark = pytest.mark.usefixtures("quick_encoder")
CONFIG = ConfigResource()
CATALOG = CatalogResource(config=CONFIG)
NIGHT = datetime(2026, 1, 2, 2, 0, tzinfo=timezone.utc)
ASSETS = sorted(spec.key.to_user_string() for spec in defs().resolve_all_asset_specs() if spec.partitions_def)


@pytest.fixture
def instance(home: Home) -> Iterator[dg.DagsterInstance]:
    """Schedules need an instance on disk."""
    with running.instance(home) as opened:
        yield opened


@pytest.fixture
def key(home: Home, instance: dg.DagsterInstance, tmp_path: Path) -> str:
    folder = tmp_path / "shoe"
    folder.mkdir()
    Image.new("RGB", (400, 600), "#336699").save(folder / "a.png")
    request = {"archetype": "hero", "media": [{"file": "a.png", "end": 1.2}], "text": "Half price"}
    (folder / "request.yaml").write_text(json.dumps(request))
    upload, _ = ingest(home, Store(home.store, home.work), read_upload(folder), pending=True)
    add_partitions(instance, ["shoe"])
    return upload.key


@pytest.fixture
def uploads(home: Home) -> Uploads:
    return Uploads(home)


def configured(**config: Any) -> dict[str, Any]:
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    return quiet | ({"ops": {"source_media": {"config": config}}} if config else {})


def run(key: str, instance: dg.DagsterInstance, **config: Any) -> dict[str, dict[str, Any]] | None:
    """Metadata of each asset; none for a run that failed."""
    result = defs().resolve_job_def(COMPILE).execute_in_process(
        instance=instance, partition_key="shoe", raise_on_error=False, run_config=configured(**config)
    )  # fmt: skip
    made = result.get_asset_materialization_events()
    return {
        event.asset_key.to_user_string(): {
            name: one.value for name, one in event.materialization.metadata.items()
        }
        for event in made if event.asset_key
    } if result.success else None  # fmt: skip


def manifest(home: Home) -> dict[str, Any]:
    """The manifest of the current version of the only upload."""
    (key,) = Uploads(home).keys()
    record = Uploads(home).delivered(key)
    assert record is not None
    return json.loads((home.root / record.video).with_name("manifest.json").read_text())


def requested(instance: dg.DagsterInstance) -> list[dg.RunRequest]:
    result = request_runs(dg.build_sensor_context(instance=instance), CONFIG, CATALOG)
    return list(result.run_requests or []) if isinstance(result, dg.SensorResult) else []


def replaced(request: dg.RunRequest) -> dict[str, Any]:
    """The fields that a run replaces, of all those that its configuration shows."""
    shown = request.run_config["ops"]["source_media"]["config"]
    assert shown.keys() == RunOverrides.model_fields.keys()
    return overrides_of(request.run_config)


def test_overrides_apply_and_are_recorded(
    home: Home, instance: dg.DagsterInstance, key: str, uploads: Uploads, own_presets: Path
) -> None:
    stored = uploads.get(key)
    plain = run(key, instance)
    assert plain is not None
    assert "overridden" not in {note["code"] for note in manifest(home)["spec"]["notes"]}
    own = run(key, instance, preset="night-neon", text="Tonight only")
    assert own is not None
    assert own["render_spec"]["preset"] == "night-neon"
    assert own["render_spec"]["fingerprint"] != plain["render_spec"]["fingerprint"]
    assert own["source_media"]["overrides"] == {"preset": "night-neon", "text": "Tonight only"}
    delivered = manifest(home)
    assert (delivered["preset"]["name"], delivered["request"]["text"]) == ("night-neon", "Tonight only")
    assert delivered["overrides"] == {"preset": "night-neon", "text": "Tonight only"}
    (note,) = [one for one in delivered["spec"]["notes"] if one["code"] == "overridden"]
    assert "night-neon" in note["message"]
    assert [len(uploads.attempts(key)), len(uploads.attempts(key, delivered["overrides"]))] == [1, 1]
    assert uploads.get(key) == stored, "the stored request does not change"
    assert not uploads.is_pending(key)

    assert requested(instance) == []
    context = dg.build_schedule_context(instance=instance, scheduled_execution_time=NIGHT)
    assert not [one for one in nightly_batch(context, CONFIG, CATALOG) if isinstance(one, dg.RunRequest)], "it stands"
    preset = own_presets / "night-neon.yaml"
    preset.write_text(yaml.safe_dump({**yaml.safe_load(preset.read_text()), "stills": {"seconds": 2.9}}))
    (nightly,) = [one for one in nightly_batch(context, CONFIG, CATALOG) if isinstance(one, dg.RunRequest)]
    assert replaced(nightly) == delivered["overrides"]

    assert run(key, instance) is not None
    assert manifest(home)["request"]["text"] == "Half price", "without values, what the upload asks for"
    assert manifest(home)["overrides"] == {}


@pytest.mark.parametrize("asset", ASSETS)
def test_unknown_configuration_is_refused(asset: str) -> None:
    job = defs().resolve_job_def(COMPILE)
    for wrong in ({"ops": {asset: {"config": {"prest": "night-neon"}}}}, {"preset": "night-neon"}):
        with pytest.raises(dg.DagsterInvalidConfigError, match="unexpected config entry"):
            dg.validate_run_config(job, wrong)
    with pytest.raises(dg.DagsterInvalidConfigError):
        dg.validate_run_config(job, {"ops": {"source_media": {"config": {"preset": 7}}}})
    known = dg.validate_run_config(job, configured(preset="night-neon"))
    assert known["ops"]["source_media"]["config"].keys() == RunOverrides.model_fields.keys()


def test_operational_jobs_take_no_configuration() -> None:
    for job, op in (
        ("collect_garbage", "remove_expired"),
        ("ingest", "ingest_inbox"),
        ("reconcile_runs", "reconcile_records"),
    ):
        with pytest.raises(dg.DagsterInvalidConfigError, match="unexpected config entry"):
            dg.validate_run_config(defs().resolve_job_def(job), {"ops": {op: {"config": {"days": 1}}}})


def test_a_mistyped_name_fails_the_run_and_not_the_upload(
    instance: dg.DagsterInstance, key: str, uploads: Uploads
) -> None:
    assert run(key, instance, preset="night-nylon") is None
    assert run(key, instance, brand="no-such-brand") is None
    assert uploads.failure(key) is None
    assert [(one.partition_key, replaced(one)) for one in requested(instance)] == [("shoe", {})], "the key still waits"


def test_force_computes_everything_again(instance: dg.DagsterInstance, key: str) -> None:
    first, again, forced = run(key, instance), run(key, instance), run(key, instance, force=True)
    assert first is not None
    assert again is not None
    assert forced is not None
    assert {facts["status"] for facts in again.values()} == {"cached"}
    assert {name for name, facts in forced.items() if facts["status"] != "computed"} == set()
    assert forced["rendered_segments"]["segments_rendered"] == forced["rendered_segments"]["segments"]
    assert {name: facts["fingerprint"] for name, facts in forced.items()} == {
        name: facts["fingerprint"] for name, facts in first.items()
    }  # fmt: skip


def test_retries_keep_the_overrides(home: Home, instance: dg.DagsterInstance, key: str, uploads: Uploads) -> None:
    values = {"text": "Tonight only"}
    failed = PytoonError("qc_failed", "It flashes.", "Wait.")
    failed.category = "quality"  # type: ignore[misc]
    uploads.record(key, Attempt(number=1, plan="p", verdict="fail", score=1, codes=("black",)), values)
    uploads.fail(key, failed, "qc_score", "run", values)
    (request,) = requested(instance)
    assert replaced(request) == values
    assert request.tags["pytoon/attempt"] == "2"
    made = run(key, instance, **values)
    assert made is not None
    assert made["render_spec"]["remedies"] == "plain_cuts", "attempts at the same values count"
    assert uploads.failure(key) is None
    assert uploads.attempts(key) == (), "those at the upload's own request are others"


def test_a_retry_with_invalid_overrides_is_the_last(instance: dg.DagsterInstance, key: str, uploads: Uploads) -> None:
    values = {"preset": "night-nylon"}
    uploads.fail(key, process_died(), run="run", overrides=values)
    failure = uploads.failure(key)
    assert failure is not None
    assert run(key, instance, **values) is None
    failure = uploads.failure(key)
    assert failure is not None
    assert (failure.category, failure.overrides) == ("invalid_input", values), "a retry has no other witness"
    assert requested(instance) == []


def test_a_lost_run_is_retried_with_its_overrides(
    home: Home, instance: dg.DagsterInstance, key: str, uploads: Uploads
) -> None:
    lost = dg.DagsterRun(
        job_name=COMPILE, run_id=str(uuid.uuid4()), status=dg.DagsterRunStatus.STARTED, tags={PARTITION_TAG: "shoe"},
        run_config=configured(text="Tonight only", force=True),
    )  # fmt: skip
    instance.add_run(lost)
    home.runs.mkdir(parents=True, exist_ok=True)
    home.run_lock(lost.run_id).touch()
    assert fail_lost(instance, home) == 1
    (request,) = requested(instance)
    assert replaced(request) == {"text": "Tonight only"}
