"""The job ``send_alerts``: tells people what needs them. The sensor ``alert_people`` only requests it."""

import time

import dagster as dg

from pytoon_pipeline.contracts.errors import PytoonError
from pytoon_pipeline.defs.ownership import TEAM, labels
from pytoon_pipeline.defs.resources import ConfigResource, WorkerResource
from pytoon_pipeline.defs.run_queries import may_request
from pytoon_pipeline.operations.alert_channels import channels, described
from pytoon_pipeline.operations.alerting import due_channels, send_alerts
from pytoon_pipeline.operations.alerts import Links, attention, read_sent
from pytoon_pipeline.operations.status import status_report
from pytoon_pipeline.runtime.locks import slot
from pytoon_pipeline.settings import Settings

SEND_ALERTS = "send_alerts"
NOT_CONFIGURED = "Alerts are not configured: set PYTOON_ALERT_WEBHOOK or PYTOON_ALERT_COMMAND."


@dg.op(
    config_schema={},
    description="Sends one alert about all uploads that need a person and were not in an alert yet, to the webhook and "
    "the command that are configured.",
)
def send_new_alerts(context: dg.OpExecutionContext, config: ConfigResource, worker: WorkerResource) -> None:
    settings, home = Settings.load(), config.home
    links = Links(settings.ui_url, settings.files_url)
    try:
        with slot(home.slots, SEND_ALERTS, 1):
            count = send_alerts(home, status_report(home, config.operations), channels(settings), links)
    except PytoonError as error:
        raise dg.Failure(str(error), metadata=error.as_dict(), allow_retries=False) from None
    context.add_output_metadata({"alerts_sent": count})


@dg.job(
    name=SEND_ALERTS,
    description="Tells people through a webhook or a command which uploads have failed, are stuck or held, or were "
    "rejected or delivered degraded.",
    tags=labels("report"),
    owners=[TEAM],
)
def send_alerts_job() -> None:
    send_new_alerts()


def alert_people(context: dg.SensorEvaluationContext, config: ConfigResource) -> dg.RunRequest | dg.SkipReason:
    """Requests ``send_alerts`` when something new needs a person. Sends nothing itself."""
    places = described(Settings.load())
    if not places:
        return dg.SkipReason(NOT_CONFIGURED)
    report, sent = status_report(config.home, config.operations), read_sent(config.home)
    needed = len(attention(report))
    due = due_channels(report, sent, places, time.time())
    if not due:
        errors = [one.error for name, one in sent.items() if name in places and one.error]
        return dg.SkipReason(
            f"The last alert could not be sent: {errors[0]}" if errors else f"Nothing new; need a person: {needed}."
        )
    if not may_request(context.instance, SEND_ALERTS):
        return dg.SkipReason(f"The job {SEND_ALERTS} is running or has just failed.")
    context.log.info(f"Requested {SEND_ALERTS}; need a person: {needed}.")
    return dg.RunRequest()
