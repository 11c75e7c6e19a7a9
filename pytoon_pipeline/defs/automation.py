"""Every sensor and schedule: when it is evaluated, and whether it runs by default."""

from collections.abc import Sequence

import dagster as dg

from pytoon_pipeline.defs.alerts import SEND_ALERTS, alert_people
from pytoon_pipeline.defs.assets.reports import pipeline_kpis
from pytoon_pipeline.defs.garbage import collect_garbage
from pytoon_pipeline.defs.ingest import INGEST
from pytoon_pipeline.defs.jobs import compile_video
from pytoon_pipeline.defs.ownership import TEAM, labels
from pytoon_pipeline.defs.reconcile import RECONCILE
from pytoon_pipeline.defs.schedules import nightly_batch
from pytoon_pipeline.defs.sensors.fail_lost_runs import fail_lost_runs
from pytoon_pipeline.defs.sensors.ingest_uploads import ingest_uploads
from pytoon_pipeline.defs.sensors.publish_status import publish_status
from pytoon_pipeline.defs.sensors.request_runs import BATCH_PRIORITY, request_runs
from pytoon_pipeline.defs.tags import PRIORITY_TAG
from pytoon_pipeline.settings import Autostart

# Dagster's daemon checks every 5 s which sensors are due. A sensor of 10 s would often be a few milliseconds short of
# two such loops and wait for a third, so intervals are one second less. A tick costs about 0.15 MB of disk writes in
# SQLite (benchmarks/idle.py), so none is more frequent than people notice.
DAEMON_LOOP_SECONDS = 5
EVERY_10_SECONDS, EVERY_15_SECONDS, EVERY_MINUTE = 9, 14, 59

LOW_PRIORITY = {PRIORITY_TAG: str(BATCH_PRIORITY)}


def sensors(autostart: Autostart) -> Sequence[dg.SensorDefinition]:
    """The sensors; they run by default unless ``autostart`` is “none”. None of them deletes anything."""
    status = dg.DefaultSensorStatus.STOPPED if autostart == "none" else dg.DefaultSensorStatus.RUNNING
    return [
        dg.sensor(
            job_name=INGEST,
            minimum_interval_seconds=EVERY_10_SECONDS,
            default_status=status,
            description=f"Requests the job {INGEST} when the inbox has something to ingest; one run at a time.",
            tags=labels("intake"),
            owners=[TEAM],
        )(ingest_uploads),
        dg.sensor(
            job=compile_video,
            minimum_interval_seconds=EVERY_10_SECONDS,
            default_status=status,
            description="Requests a run for each new upload, and for each failed upload that a retry may fix.",
            tags=labels("video"),
            owners=[TEAM],
        )(request_runs),
        dg.sensor(
            job_name=RECONCILE,
            minimum_interval_seconds=EVERY_15_SECONDS,
            default_status=status,
            description="Requests a run that marks runs whose process has died as failed, so that their keys are "
            "retried.",
            tags=labels("maintenance"),
            owners=[TEAM],
        )(fail_lost_runs),
        dg.sensor(
            minimum_interval_seconds=EVERY_MINUTE,
            default_status=status,
            description="Updates the report of uploads that failed, got stuck or were held, rejected or "
            "delivered degraded, whenever it changes.",
            tags=labels("report"),
            owners=[TEAM],
        )(publish_status),
        dg.sensor(
            job_name=SEND_ALERTS,
            minimum_interval_seconds=EVERY_MINUTE,
            default_status=status,
            description=f"Requests the job {SEND_ALERTS} when something new needs a person. Does nothing unless "
            "PYTOON_ALERT_WEBHOOK or PYTOON_ALERT_COMMAND is set.",
            tags=labels("report"),
            owners=[TEAM],
        )(alert_people),
    ]


def schedules(timezone: str, autostart: Autostart) -> Sequence[dg.ScheduleDefinition]:
    """The schedules, in ``timezone``. What deletes runs by default only if ``autostart`` is “all”."""
    running, stopped = dg.DefaultScheduleStatus.RUNNING, dg.DefaultScheduleStatus.STOPPED
    status = stopped if autostart == "none" else running
    return [
        dg.schedule(
            job=compile_video,
            cron_schedule="0 2 * * *",
            execution_timezone=timezone,
            default_status=status,
            description="Requests videos that are pending, that failed for a reason that may no longer apply, or whose "
            "presets have changed.",
            owners=[TEAM],
        )(nightly_batch),
        dg.ScheduleDefinition(
            name="kpi_refresh",
            target=dg.AssetSelection.assets(pipeline_kpis),
            cron_schedule="10 * * * *",
            execution_timezone=timezone,
            default_status=status,
            description="Computes the KPIs over all videos.",
            tags=LOW_PRIORITY,
            owners=[TEAM],
        ),
        dg.ScheduleDefinition(
            name="nightly_garbage_collection",
            job=collect_garbage,
            cron_schedule="30 4 * * *",
            execution_timezone=timezone,
            default_status=running if autostart == "all" else stopped,
            description="Removes expired intermediate results, old logs and old runs. It deletes data, so it is "
            "off unless you turn it on or set PYTOON_AUTOSTART to “all”.",
            tags=LOW_PRIORITY,
            owners=[TEAM],
        ),
    ]
