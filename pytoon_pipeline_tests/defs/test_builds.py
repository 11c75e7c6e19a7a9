"""Runs that the daemon of another Pytoon has sent."""

import dagster as dg
import pytest

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.errors import TransientError
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.defs.builds import BUILD_TAG, build_tags, require_same_build
from pytoon_pipeline.defs.resources import resources
from pytoon_pipeline.defs.stage import Materialized, stage_asset
from pytoon_pipeline.delivery.build import Build
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.stages import Stage

KEY = "0" * 32
OTHER = {BUILD_TAG: "0123456789ab cdef01234567"}


@pytest.fixture(autouse=True)
def workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTOON_CELERY_BROKER", "redis://127.0.0.1:6379/0")


def test_the_daemon_s_own_build_is_accepted() -> None:
    require_same_build({})
    require_same_build(build_tags())


def test_the_error_says_what_differs() -> None:
    own = Build.of_this_process()
    with pytest.raises(TransientError, match=r"other versions of packages than the daemon\. \(worker_differs\)"):
        require_same_build({BUILD_TAG: f"{own.code} 000000000000"})
    with pytest.raises(TransientError, match="other code and other versions of packages than"):
        require_same_build(OTHER)


def test_without_workers_nobody_else_has_sent_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTOON_CELERY_BROKER")
    require_same_build(OTHER)


def test_a_run_of_another_daemon_computes_nothing_and_is_retried(home: Home, instance: dg.DagsterInstance) -> None:
    @stage_asset(Stage("numbers", 1), "analysis", "python", io_manager_key="io_manager")
    def numbers(context: dg.AssetExecutionContext) -> Materialized:
        """Never computed."""
        raise AssertionError

    known = Uploads(home)
    known.register(SourceMedia(key=KEY, title="t", items=(), request={}))
    instance.add_dynamic_partitions("uploads", [KEY])
    done = dg.materialize(
        [numbers], instance=instance, partition_key=KEY, resources=resources(), tags=OTHER, raise_on_error=False
    )
    assert not done.success
    failure = known.failure(KEY)
    assert failure is not None
    assert (failure.code, failure.category) == ("worker_differs", "transient")
