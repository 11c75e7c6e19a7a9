"""Sends alerts through the configured channels, each item once per channel, also across restarts."""

import logging
import time
from collections.abc import Mapping

from pytoon_pipeline.contracts.errors import PytoonError
from pytoon_pipeline.operations.alert_channels import Channel
from pytoon_pipeline.operations.alerts import (
    Attention,
    Links,
    Sent,
    attention,
    compose,
    read_sent,
    unsent,
    write_sent,
)
from pytoon_pipeline.operations.status import StatusReport
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.logs import RUN_PAGE

people = logging.getLogger(RUN_PAGE)
NOTHING = Sent()


def due_channels(report: StatusReport, sent: Mapping[str, Sent], names: Mapping[str, object], now: float) -> list[str]:
    """Channels that have something to send, and whose last try did not fail just now."""
    needed = attention(report)
    return [
        name for name in names if unsent(needed, sent.get(name, NOTHING).ids) and sent.get(name, NOTHING).may_try(now)
    ]


def send_alerts(home: Home, report: StatusReport, channels: Mapping[str, Channel], links: Links) -> int:
    """Sends what is new through each channel. Returns the number of alerts that were sent.

    What was sent is recorded at once. Raises the first error after all channels had their turn.
    """
    needed = attention(report)
    sent = read_sent(home)
    errors: list[PytoonError] = []
    count = 0
    for name, channel in channels.items():
        new = unsent(needed, sent.get(name, NOTHING).ids)
        if not new:
            continue
        try:
            channel(compose(new, home, links))
            sent[name] = Sent(ids=frozenset(needed))
            count += 1
            people.info("Sent to the %s: %s.", name, _named(new))
        except PytoonError as error:
            sent[name] = sent.get(name, NOTHING).failed(time.time(), str(error))
            errors.append(error)
        write_sent(home, sent)
    if errors:
        raise errors[0]
    return count


def _named(new: Attention) -> str:
    titles = [line.title for _, line in new.values()]
    return ", ".join(titles[:10]) + (f" and {len(titles) - 10} more" if len(titles) > 10 else "")


def describe(home: Home, places: Mapping[str, str]) -> str:
    """Where alerts go and whether the last one arrived, in one line. ``places`` are channels by name."""
    if not places:
        return "not configured: nobody is told about failed videos; set PYTOON_ALERT_WEBHOOK or PYTOON_ALERT_COMMAND"
    sent = read_sent(home)
    return "; ".join(
        f"{name} {place}" + (f" (last alert failed: {error})" if (error := sent.get(name, NOTHING).error) else "")
        for name, place in places.items()
    )
