"""Publishes the list of uploads that need a person, whenever it changes."""

import dagster as dg

from pytoon_pipeline.defs.assets.action_required import ACTION_REQUIRED, CHECK, evaluate, report_metadata
from pytoon_pipeline.defs.resources import CatalogResource, ConfigResource
from pytoon_pipeline.operations.status import StatusReport, status_report
from pytoon_pipeline.store.fingerprint import hash_value


def publish_status(
    context: dg.SensorEvaluationContext, config: ConfigResource, catalog: CatalogResource
) -> dg.SensorResult | dg.SkipReason:
    report = status_report(config.home, config.operations)
    digest = hash_value([[line.key, line.title, line.code] for part in report.parts for line in part])
    if digest == context.cursor:
        return dg.SkipReason(f"The list has not changed. {_counts(report)}")
    check = evaluate(report)
    context.log.info(f"The list has changed. {_counts(report)}")
    return dg.SensorResult(
        asset_events=[
            dg.AssetMaterialization(ACTION_REQUIRED, metadata=report_metadata(report, catalog.uploads)),
            dg.AssetCheckEvaluation(
                check_name=CHECK,
                asset_key=dg.AssetKey(ACTION_REQUIRED),
                passed=check.passed,
                severity=check.severity,
                description=check.description,
                metadata=check.metadata or {},
            ),
        ],
        cursor=digest,
    )


def _counts(report: StatusReport) -> str:
    """How many uploads need what: “Failed: 2, held: 1.”"""
    counts = [f"{name}: {len(lines)}" for name, lines in vars(report).items() if lines]
    return f"{', '.join(counts).capitalize()}." if counts else "Nothing needs a person."
