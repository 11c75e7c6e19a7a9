"""What needs a person. The sensor ``publish_status`` reports the list whenever it changes, the check at any time."""

from typing import Any

import dagster as dg

from pytoon_pipeline.defs.ownership import TEAM
from pytoon_pipeline.defs.resources import ConfigResource, WorkerResource
from pytoon_pipeline.defs.stage import RETENTION_TAG
from pytoon_pipeline.operations.status import StatusReport, status_report

ACTION_REQUIRED, CHECK = "action_required", "nothing_failed_or_stuck"

action_required = dg.AssetSpec(
    ACTION_REQUIRED,
    group_name="reports",
    kinds={"file"},
    owners=[TEAM],
    tags={RETENTION_TAG: "kept"},
    code_version="1",
    description="Uploads that failed, got stuck or were held, rejected or delivered degraded, with what to do.",
)


@dg.asset_check(
    asset=ACTION_REQUIRED, name=CHECK, description="No upload has failed for good, and none is stuck in the queue."
)
def nothing_failed_or_stuck(config: ConfigResource, worker: WorkerResource) -> dg.AssetCheckResult:
    return evaluate(status_report(config.home, config.operations))


def evaluate(report: StatusReport) -> dg.AssetCheckResult:
    """The check's result for a status report."""
    keys = [line.key for line in (*report.failed, *report.stuck)]
    return dg.AssetCheckResult(
        passed=report.well, severity=dg.AssetCheckSeverity.WARN, metadata={"keys": len(keys), "first": keys[:20]}
    )


def report_metadata(report: StatusReport) -> dict[str, Any]:
    """A status report as metadata: how many uploads need what, and the list."""
    counts = {name: len(lines) for name, lines in vars(report).items()}
    return {**counts, "list": dg.MetadataValue.md(report.as_markdown())}
