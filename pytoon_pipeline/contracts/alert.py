"""What an alert sends, as JSON, to a webhook or to the standard input of a command."""

from typing import Literal

from pytoon_pipeline.contracts.base import Record

AlertKind = Literal["failed", "stuck", "held", "degraded", "rejected"]


class AlertItem(Record):
    """One upload that needs a person, or one entry of the inbox.

    ``message`` has the reason and what to do. ``run`` and ``page`` are links into Dagster's UI, ``video`` is a link or,
    for a held video, a path; each only where it is known.
    """

    kind: AlertKind
    name: str
    title: str
    code: str
    message: str
    at: float
    run: str | None = None
    page: str | None = None
    video: str | None = None


class Alert(Record):
    """``text`` says everything, for chats. ``more`` counts items that are left out. An alert that is sent twice has the
    same ``id`` twice.
    """

    id: str
    at: float
    text: str
    items: tuple[AlertItem, ...]
    more: int = 0
