"""Uploads are partitions by their names; everything else knows them by their keys."""

import dagster as dg
import pytest

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.definitions import defs
from pytoon_pipeline.defs import partitions
from pytoon_pipeline.defs.garbage import synchronize_partitions
from pytoon_pipeline.defs.jobs import COMPILE, compile_video
from pytoon_pipeline.defs.partitions import UPLOADS, key_of, keys_by_partition, partition_by_key, partition_of
from pytoon_pipeline.runtime.home import Home

TALK, OTHER, OLD = (digit * 32 for digit in "123")


@pytest.fixture
def uploads(home: Home) -> Uploads:
    known = Uploads(home)
    for key, title in ((TALK, "My talk"), (OTHER, "My talk"), (OLD, "Old")):
        known.register(SourceMedia(key=key, title=title, items=(), request={"text": "x"}))
    return known


def test_a_partition_is_a_name_and_a_key_of_an_earlier_version_still_works(uploads: Uploads) -> None:
    assert [partition_of(uploads, key) for key in (TALK, OTHER)] == ["My-talk", "My-talk-2"]
    assert [key_of(uploads, name) for name in ("My-talk", "My-talk-2", TALK)] == [TALK, OTHER, TALK]
    assert key_of(uploads, "no such upload") == "no such upload"


def test_partitions_of_both_kinds_are_known_by_their_keys(uploads: Uploads, instance: dg.DagsterInstance) -> None:
    instance.add_dynamic_partitions(UPLOADS, ["My-talk", TALK, OLD, "by hand"])
    assert keys_by_partition(instance, uploads) == {"My-talk": TALK, TALK: TALK, OLD: OLD, "by hand": "by hand"}
    assert partition_by_key(instance, uploads) == {TALK: "My-talk", OLD: OLD, "by hand": "by hand"}


def test_archived_uploads_leave_under_both_names(uploads: Uploads, instance: dg.DagsterInstance) -> None:
    instance.add_dynamic_partitions(UPLOADS, ["My-talk", TALK, OLD])
    uploads.archive(TALK)
    assert synchronize_partitions(instance, uploads, busy=set()) == 2
    assert set(instance.get_dynamic_partitions(UPLOADS)) == {"My-talk-2", OLD}


def test_a_run_for_a_chosen_upload_shows_what_may_be_changed_and_has_its_title(uploads: Uploads) -> None:
    job = defs().resolve_job_def(COMPILE)
    assert compile_video.name == job.name
    tags = job.partitioned_config.get_tags_for_partition_key("My-talk-2")
    assert tags["pytoon/title"] == "My talk"
    config = job.partitioned_config.get_run_config_for_partition_key("My-talk-2")
    assert config["ops"]["source_media"]["config"]["preset"] is None


def test_a_run_without_an_upload_says_what_to_do(uploads: Uploads, instance: dg.DagsterInstance) -> None:
    """The Launchpad lets a person start a run without choosing a partition."""
    for partition, code in ((None, "no_upload"), ("../../by-hand", "unknown_upload")):
        if partition:
            instance.add_dynamic_partitions(UPLOADS, [partition])
        result = defs().resolve_job_def(COMPILE).execute_in_process(
            instance=instance, partition_key=partition, raise_on_error=False,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )  # fmt: skip
        (failed,) = [event for event in result.all_events if event.is_step_failure]
        failure = failed.step_failure_data.user_failure_data
        assert failure is not None
        assert failure.metadata["code"].value == code
        assert failure.metadata["hint"].value


def test_a_run_looks_its_partition_up_once(instance: dg.DagsterInstance) -> None:
    partitions.add_partitions(instance, ["summer"])

    def exists(name: str) -> bool:
        return partitions.uploads.has_partition_key(name, dynamic_partitions_store=instance)

    with partitions.lasting_partitions():
        assert (exists("summer"), exists("winter")) == (True, False)
        instance.delete_dynamic_partition(partitions.UPLOADS, "summer")
        partitions.add_partitions(instance, ["winter"])
        assert (exists("summer"), exists("winter")) == (True, True)
    assert (exists("summer"), exists("winter")) == (False, True)
