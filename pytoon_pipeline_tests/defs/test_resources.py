"""Resources of runs, sensors and schedules."""

from pathlib import Path

import dagster as dg
import pytest

from pytoon_pipeline.contracts.artifact import ItemArtifacts
from pytoon_pipeline.definitions import defs
from pytoon_pipeline.defs.garbage import remove_expired
from pytoon_pipeline.defs.ingest import ingest_inbox
from pytoon_pipeline.defs.partitions import PARTITION_TAG
from pytoon_pipeline.defs.reconcile import reconcile_records
from pytoon_pipeline.defs.resources import StoreResource, WorkerResource, resources
from pytoon_pipeline.runtime.capacity import Capacity
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.locks import count_held, run_lock
from pytoon_pipeline.store.stages import Stage, StageOutput, run_stage


def test_only_runs_that_render_share_the_processors(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Capacity(processors=16, runs=8, encoders=4, transcribers=4)
    monkeypatch.setattr(Capacity, "of_machine", classmethod(lambda cls: machine))
    threads: list[int] = []

    @dg.op
    def look(worker: WorkerResource) -> None:
        threads.append(worker.share.threads)

    @dg.job(resource_defs={"worker": resources()["worker"]})
    def looking() -> None:
        look()

    with run_lock(home.video_runs / "another.lock"):
        looking.execute_in_process()
        looking.execute_in_process(tags={PARTITION_TAG: "k"})
    assert threads == [16, 8]


def test_resources_of_sensors_and_schedules_have_no_set_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTOON_HOME", str(tmp_path / "never"))
    location = defs().get_repository_def()
    evaluations = [*location.sensor_defs, *location.schedule_defs]
    used = {key for one in evaluations for key in one.required_resource_keys}
    assert used == {"config", "catalog", "inbox"}
    with dg.build_resources({key: resources()[key] for key in used}) as built:
        assert built.catalog.uploads.keys() == []
        assert built.config.home == Home(tmp_path / "never")
    assert not (tmp_path / "never").exists()


def test_every_run_holds_its_lock() -> None:
    for op in (ingest_inbox, reconcile_records, remove_expired):
        assert op.required_resource_keys & {"worker", "store"}, op.name
    with_store = {"store", "worker"}
    for asset in defs().resolve_asset_graph().assets_defs:
        assert not asset.is_executable or asset.required_resource_keys & with_store, asset.keys


def test_a_run_takes_its_lock_once_and_releases_it(home: Home) -> None:
    held: list[tuple[int, int]] = []

    @dg.op
    def count(store: StoreResource, worker: WorkerResource) -> None:
        held.append((count_held(home.runs), count_held(home.video_runs)))

    @dg.job(resource_defs=resources())
    def counting() -> None:
        count()

    counting.execute_in_process()
    counting.execute_in_process(tags={PARTITION_TAG: "k"})
    assert held == [(1, 0), (1, 1)]
    assert (list(home.runs.iterdir()), list(home.video_runs.iterdir())) == ([], [])


def test_with_force_the_store_reuses_nothing() -> None:
    statuses: list[str] = []

    @dg.op(name="source_media", config_schema={"force": dg.Field(bool, is_required=False)})
    def source(store: StoreResource) -> None:
        done = run_stage(
            store.artifacts, Stage("x", 1), lambda scratch: StageOutput(ItemArtifacts(items={})), inputs={}
        )
        statuses.append(done.status)

    @dg.job(resource_defs=resources())
    def computing() -> None:
        source()

    for force in (False, False, True):
        computing.execute_in_process(run_config={"ops": {"source_media": {"config": {"force": force}}}})
    assert statuses == ["computed", "cached", "computed"]
