"""Keeps the list of what needs somebody up to date."""

import dagster as dg

from pytoon_pipeline.config.presets import load_operations
from pytoon_pipeline.defs.assets.attention import ATTENTION, CHECK, evaluation, shown
from pytoon_pipeline.operations.status import status_report
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.fingerprint import hash_value


@dg.sensor(
    minimum_interval_seconds=15,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Lists what failed, is stuck, was rejected, held, or delivered degraded, whenever that list changes.",
)
def publish_status(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    now = status_report(Home.locate(), load_operations())
    print_ = hash_value([[line.key, line.title, line.code] for part in now.parts for line in part])
    if print_ == context.cursor:
        return dg.SkipReason("Nothing has changed.")
    result = evaluation(now)
    return dg.SensorResult(
        asset_events=[
            dg.AssetMaterialization(ATTENTION, metadata=shown(now)),
            dg.AssetCheckEvaluation(
                check_name=CHECK, asset_key=dg.AssetKey(ATTENTION), passed=result.passed, severity=result.severity,
                metadata=result.metadata or {},
            ),
        ],
        cursor=print_,
    )  # fmt: skip
