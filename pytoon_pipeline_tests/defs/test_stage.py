"""Assets of stages: their definition, what operators see, and what is recorded when they fail."""

import errno
from collections.abc import Iterator
from typing import Any

import dagster as dg
import pytest

from pytoon_pipeline.analysis.stages.analysis import Column
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.defs.io_managers import ArtifactIOManager
from pytoon_pipeline.defs.resources import CatalogResource, StoreResource, resources
from pytoon_pipeline.defs.stage import Materialized, materialize, stage_asset
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.stages import Stage, StageOutput, run_stage
from pytoon_pipeline.store.store import Store

KEY = "0" * 32
STAGE = Stage("numbers", 3, "by_rule")


class Number(Record):
    value: int


@stage_asset(STAGE, "analysis", "python", columns=[Column("time", "double", "Seconds.")])
def numbers(context: dg.AssetExecutionContext, store: StoreResource) -> Materialized:
    """A number."""
    result = run_stage(store.artifacts, STAGE, lambda scratch: StageOutput(Number(value=7)), inputs={})
    return materialize(result, {"value": 7})


def run(asset: dg.AssetsDefinition, instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    shared = resources()
    instance.add_dynamic_partitions("uploads", [KEY])
    return dg.materialize(
        [asset],
        instance=instance,
        partition_key=KEY,
        resources={**shared, "artifacts": ArtifactIOManager(store=shared["store"])},
        raise_on_error=False,
    )


def failing(error: Exception) -> dg.AssetsDefinition:
    @stage_asset(STAGE, "analysis", "python")
    def numbers(context: dg.AssetExecutionContext, store: StoreResource) -> Materialized:
        """A number that cannot be computed."""
        raise error

    return numbers


@pytest.fixture
def uploads(home: Home) -> Uploads:
    known = Uploads(home)
    known.register(SourceMedia(key=KEY, title="t", items=(), request={}))
    return known


def test_an_asset_is_defined_by_its_stage() -> None:
    (spec,) = numbers.specs
    assert spec.key == dg.AssetKey("numbers")
    assert (spec.code_version, spec.group_name, spec.kinds) == ("3", "analysis", {"python"})
    assert spec.tags["pytoon/retention"] == "by_rule"
    assert spec.owners == ["team:video"]
    assert spec.metadata["dagster/column_schema"].columns[0].name == "time"


def test_an_asset_says_whether_it_was_computed(uploads: Uploads, instance: dg.DagsterInstance) -> None:
    for status in ("computed", "cached"):
        (event,) = run(numbers, instance).get_asset_materialization_events()
        metadata = {name: value.value for name, value in event.materialization.metadata.items()}
        assert (metadata["status"], metadata["value"]) == (status, 7)
        tags = event.materialization.tags or {}
        assert tags["pytoon/status"] == status
        assert tags["dagster/data_version"] == metadata["fingerprint"]


def test_a_typed_error_becomes_the_failure_of_the_upload(uploads: Uploads, instance: dg.DagsterInstance) -> None:
    result = run(failing(InvalidInput("too_long", "It is too long.", "Cut it.")), instance)
    assert not result.success
    failure = uploads.failure(KEY)
    assert failure is not None
    assert (failure.code, failure.stage, failure.run) == ("too_long", "numbers", result.run_id)


@pytest.mark.parametrize(
    ("error", "category"),
    [(OSError(errno.ENOSPC, "full"), "transient"), (ZeroDivisionError("oops"), "bug")],
)
def test_other_errors_are_typed_too(
    uploads: Uploads, instance: dg.DagsterInstance, error: Exception, category: str
) -> None:
    assert not run(failing(error), instance).success
    failure = uploads.failure(KEY)
    assert failure is not None
    assert (failure.category, failure.stage) == (category, "numbers")


@stage_asset(Stage("doubled", 1), "analysis", "python")
def doubled(context: dg.AssetExecutionContext, store: StoreResource, numbers: Number) -> Materialized:
    """Twice the number."""
    twice = StageOutput(Number(value=2 * numbers.value))
    return materialize(run_stage(store.artifacts, Stage("doubled", 1), lambda scratch: twice, inputs={}))


def test_an_asset_reads_what_another_has_stored(uploads: Uploads, home: Home, instance: dg.DagsterInstance) -> None:
    run(numbers, instance)
    result = run(doubled, instance)
    assert result.success
    assert not [event for event in result.all_events if event.event_type_value == "LOADED_INPUT"]
    assert Store(home.store, home.work).latest("doubled", KEY).read(Number) == Number(value=14)
    assert [dep.asset_key for spec in doubled.specs for dep in spec.deps] == [dg.AssetKey("numbers")]


def test_a_missing_result_of_another_asset_is_a_typed_error(uploads: Uploads, instance: dg.DagsterInstance) -> None:
    assert not run(doubled, instance).success
    failure = uploads.failure(KEY)
    assert failure is not None
    assert (failure.category, failure.stage) == ("dependency_missing", "doubled")


def test_failures_need_the_catalog_and_nothing_twice() -> None:
    @stage_asset(Stage("other", 1), "analysis", "python")
    def other(context: dg.AssetExecutionContext, catalog: CatalogResource) -> Iterator[Any]:
        """Takes the catalog itself."""
        yield None

    assert numbers.required_resource_keys == {"store", "catalog", "artifacts"}
    assert other.required_resource_keys == {"catalog", "artifacts"}
