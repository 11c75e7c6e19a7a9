"""What needs somebody: listed by a sensor whenever it changes, and by the check at any time."""

from typing import Any

import dagster as dg

from pytoon_pipeline.defs.resources import Studio
from pytoon_pipeline.operations.status import StatusReport, status_report

ATTENTION, CHECK = "attention", "nothing_failed_or_stuck"

attention = dg.AssetSpec(
    ATTENTION,
    group_name="reports",
    kinds={"file"},
    code_version="1",
    description="Uploads that failed, are stuck, held, rejected or delivered degraded, each with what to do about it.",
)


@dg.asset_check(asset=ATTENTION, name=CHECK, description="No key has failed for good, and none is stuck.")
def nothing_failed_or_stuck(studio: Studio) -> dg.AssetCheckResult:
    return evaluation(status_report(studio.places, studio.operations))


def evaluation(now: StatusReport) -> dg.AssetCheckResult:
    """The check's result for how all keys stand."""
    keys = [line.key for line in (*now.failed, *now.stuck)]
    return dg.AssetCheckResult(
        passed=now.well, severity=dg.AssetCheckSeverity.WARN, metadata={"keys": len(keys), "first": keys[:20]}
    )


def shown(now: StatusReport) -> dict[str, Any]:
    """How all keys stand, for the UI."""
    counts = {name: len(lines) for name, lines in vars(now).items()}
    return {**counts, "list": dg.MetadataValue.md(now.as_markdown())}
