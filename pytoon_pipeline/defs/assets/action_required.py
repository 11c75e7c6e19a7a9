"""What needs a person. The sensor ``publish_status`` reports the list whenever it changes, the check at any time."""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from pytoon_pipeline.contracts.status import FailureRecord
from pytoon_pipeline.defs.action_list import action_list, entries
from pytoon_pipeline.defs.ownership import TEAM
from pytoon_pipeline.defs.resources import ConfigResource, WorkerResource
from pytoon_pipeline.defs.stage import code_reference
from pytoon_pipeline.defs.tags import RETENTION_TAG
from pytoon_pipeline.operations.status import StatusReport, status_report
from pytoon_pipeline.reporting.sentences import first_few

ACTION_REQUIRED, CHECK = "action_required", "nothing_failed_or_stuck"

action_required = dg.AssetSpec(
    ACTION_REQUIRED,
    group_name="reports",
    kinds={"file"},
    owners=[TEAM],
    tags={RETENTION_TAG: "kept"},
    metadata=code_reference(status_report),
    code_version="1",
    description="Uploads that need a person: failed, stuck, stopped, held, rejected or delivered degraded, each with "
    "its reason, what to do, and a link to its run. The sensor publish_status updates the list.",
)


@dg.asset_check(
    asset=ACTION_REQUIRED,
    name=CHECK,
    description="Is every upload on its way? A warning means that some have failed for good or are stuck in the queue.",
)
def nothing_failed_or_stuck(config: ConfigResource, worker: WorkerResource) -> dg.AssetCheckResult:
    return evaluate(status_report(config.home, config.operations))


def evaluate(report: StatusReport) -> dg.AssetCheckResult:
    """The check's result for a status report."""
    titles = [line.title for line in (*report.failed, *report.stuck)]
    return dg.AssetCheckResult(
        passed=report.well,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"Failed or stuck: {first_few(titles)}." if titles else "No upload has failed or is stuck.",
        metadata={"failed": len(report.failed), "stuck": len(report.stuck)},
    )


def report_metadata(report: StatusReport, failures: Mapping[str, FailureRecord]) -> dict[str, Any]:
    """A status report as metadata: the first uploads by title, all of them in one list, and how many need what.
    ``failures`` are those of all keys.
    """
    first = {title: dg.MetadataValue.md(text) for title, text in entries(report, failures).items()}
    counts = {name: len(lines) for name, lines in vars(report).items()}
    return {**first, "list": dg.MetadataValue.md(action_list(report, failures)), **counts}
