"""What is known of runs."""

from datetime import datetime, timezone

import dagster as dg

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.defs import running
from pytoon_pipeline.defs.run_queries import requested_at, unrecorded_run
from pytoon_pipeline.defs.sensors.request_runs import run_request
from pytoon_pipeline.operations.due import DueKey
from pytoon_pipeline.runtime.home import Home

KEY, FAILURE = "0" * 32, dg.DagsterRunStatus.FAILURE


def test_the_failed_run_of_a_due_key_is_found_although_the_clock_of_its_machine_is_behind(home: Home) -> None:
    Uploads(home).register(SourceMedia(key=KEY, title="a", items=(), request={}))
    # To the daemon, the catalog is five minutes ahead.
    due = DueKey(KEY, 1, datetime.now(timezone.utc).timestamp() + 300)
    request = run_request(Uploads(home), due)
    with running.instance(home) as instance:
        tags = {**request.tags, "dagster/partition": str(request.partition_key)}
        run = instance.add_run(dg.DagsterRun(job_name="compile_video", status=FAILURE, tags=tags))
        assert abs(requested_at(instance, run.run_id) - due.since) < 0.01
        found = unrecorded_run(instance, Uploads(home), due)
        assert found is not None
        assert found.run_id == run.run_id
        assert unrecorded_run(instance, Uploads(home), DueKey(KEY, 2, due.since + 60)) is None


def test_a_run_that_a_person_executes_again_is_requested_when_they_do(home: Home) -> None:
    with running.instance(home) as instance:
        for tags, parent in (({"pytoon/since": "5.000"}, "first"), ({"pytoon/since": "soon"}, None), ({}, None)):
            run = instance.add_run(
                dg.DagsterRun(job_name="compile_video", tags=tags, parent_run_id=parent, root_run_id=parent)
            )
            assert abs(requested_at(instance, run.run_id) - datetime.now(timezone.utc).timestamp()) < 60
