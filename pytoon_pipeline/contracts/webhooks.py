"""Webhooks: where events are sent, by Standard Webhooks 1.0."""

from typing import Annotated

from pydantic import Field

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.events import EventType

# What most programs wait for.
ENDS: tuple[EventType, ...] = (
    "render.completed", "render.degraded", "render.held", "render.failed", "render.stopped"
)  # fmt: skip


class WebhookRequest(Record):
    """A URL that receives the ``events`` of all renders of the tenant."""

    url: Annotated[str, Field(min_length=8, max_length=2048)]
    events: tuple[EventType, ...] = Field(default=ENDS, min_length=1, max_length=20)


class Webhook(Record):
    """A webhook. ``disabled`` says since when its deliveries are not tried any more."""

    id: str
    url: str
    events: tuple[EventType, ...]
    created: float
    disabled: float | None = None


class NewSecret(Record):
    """A webhook and its newest secret, which is shown this once. The one before signs too, for a day."""

    webhook: Webhook
    secret: str


class WebhookList(Record):
    """The webhooks of the tenant."""

    webhooks: tuple[Webhook, ...]


class Delivery(Record):
    """A message to a webhook. ``next`` is when it is tried next; ``status`` and ``error`` are those of the last try."""

    id: str
    type: EventType
    created: float
    attempts: int
    next: float | None = None
    delivered: float | None = None
    status: int | None = None
    error: str | None = None


class DeliveryList(Record):
    """The latest messages to a webhook, the newest first."""

    deliveries: tuple[Delivery, ...]
