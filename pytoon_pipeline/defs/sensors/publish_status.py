"""Publishes the list of uploads that need a person, whenever it changes."""

import dagster as dg

from pytoon_pipeline.defs.assets.action_required import ACTION_REQUIRED, CHECK, evaluate, report_metadata
from pytoon_pipeline.defs.resources import ConfigResource
from pytoon_pipeline.operations.status import status_report
from pytoon_pipeline.store.fingerprint import hash_value


def publish_status(context: dg.SensorEvaluationContext, config: ConfigResource) -> dg.SensorResult | dg.SkipReason:
    report = status_report(config.home, config.operations)
    digest = hash_value([[line.key, line.title, line.code] for part in report.parts for line in part])
    if digest == context.cursor:
        return dg.SkipReason("The status has not changed.")
    check = evaluate(report)
    return dg.SensorResult(
        asset_events=[
            dg.AssetMaterialization(ACTION_REQUIRED, metadata=report_metadata(report)),
            dg.AssetCheckEvaluation(
                check_name=CHECK,
                asset_key=dg.AssetKey(ACTION_REQUIRED),
                passed=check.passed,
                severity=check.severity,
                metadata=check.metadata or {},
            ),
        ],
        cursor=digest,
    )
