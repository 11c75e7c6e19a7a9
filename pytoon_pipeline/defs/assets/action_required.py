"""What needs a person. The sensor ``publish_status`` reports the list whenever it changes, the check at any time."""

from typing import Any

import dagster as dg

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.defs.action_list import action_list, entries
from pytoon_pipeline.defs.ownership import TEAM
from pytoon_pipeline.defs.resources import ConfigResource, WorkerResource
from pytoon_pipeline.defs.stage import code_reference
from pytoon_pipeline.defs.tags import RETENTION_TAG
from pytoon_pipeline.operations.other_presets import other_presets, preset_suits
from pytoon_pipeline.operations.status import StatusReport, status_report
from pytoon_pipeline.reporting.sentences import first_few

ACTION_REQUIRED, CHECK = "action_required", "nothing_waits_for_a_person"

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
    description="Does every upload continue without help? A warning means that some have failed for good, are stuck in "
    "the queue, are held until a person releases them, or were rejected in the inbox.",
)
def nothing_waits_for_a_person(config: ConfigResource, worker: WorkerResource) -> dg.AssetCheckResult:
    return evaluate(status_report(config.home, config.operations))


def evaluate(report: StatusReport) -> dg.AssetCheckResult:
    """The check's result for a status report."""
    titles = [line.title for line in report.waiting_for_a_person]
    return dg.AssetCheckResult(
        passed=not titles,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"Waiting for a person: {first_few(titles)}." if titles else "Nothing waits for a person.",
        metadata={name: len(getattr(report, name)) for name in ("failed", "stuck", "held", "rejected")},
    )


def report_metadata(report: StatusReport, uploads: Uploads) -> dict[str, Any]:
    """A status report as metadata: the first uploads by title, all of them in one list, and how many need what."""
    failures, suits = uploads.failures(), preset_suits()

    def others(key: str) -> list[str]:
        upload = uploads.find(key)
        return [] if upload is None else other_presets(upload, suits)

    first = {label: dg.MetadataValue.md(text) for label, text in entries(report, failures, others).items()}
    counts = {name: len(lines) for name, lines in vars(report).items()}
    return {**first, "list": dg.MetadataValue.md(action_list(report, failures)), **counts}
