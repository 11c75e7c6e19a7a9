"""Webhooks of a tenant, and the messages to them."""

import base64
import secrets
import time
from typing import Any

import sqlalchemy as sa

from pytoon_pipeline.accounts import audit
from pytoon_pipeline.accounts.database import Accounts
from pytoon_pipeline.accounts.tables import deliveries, webhooks
from pytoon_pipeline.contracts.audit import SYSTEM
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.webhooks import Delivery, NewSecret, Webhook, WebhookRequest

PREFIX = "whsec_"
MAX_WEBHOOKS, MAX_LISTED = 20, 100
# How long an earlier secret signs beside the newest, and how many there are.
OVERLAP_SECONDS, MAX_SECRETS = 86400, 3


class Webhooks:
    """The webhooks of one tenant."""

    def __init__(self, accounts: Accounts, tenant: str, by: str = SYSTEM) -> None:
        self._accounts, self._tenant, self._by = accounts, tenant, by

    def create(self, wanted: WebhookRequest, seen: int) -> NewSecret:
        """A webhook for the events after ``seen``. Raises ``InvalidInput`` when there are too many."""
        if len(self.all()) >= MAX_WEBHOOKS:
            message = f"There are {MAX_WEBHOOKS} webhooks already."
            raise InvalidInput("too_many_webhooks", message, "Delete one first: DELETE /v1/webhooks/{id}")
        secret, now, name = _secret(), time.time(), f"wh_{secrets.token_hex(8)}"
        row = {
            "id": name, "tenant": self._tenant, "url": wanted.url,
            "events": list(wanted.events), "secrets": [[secret, now]], "created": now, "seen": seen,
        }  # fmt: skip
        with self._accounts.write() as connection:
            connection.execute(webhooks.insert().values(row))
            audit.append(connection, self._tenant, self._by, "webhook.created", name)
        return NewSecret(webhook=_webhook(row), secret=secret)

    def all(self) -> tuple[Webhook, ...]:
        """The webhooks, the oldest first."""
        query = sa.select(webhooks).where(webhooks.c.tenant == self._tenant).order_by(webhooks.c.created)
        with self._accounts.read() as connection:
            return tuple(_webhook(dict(row._mapping)) for row in connection.execute(query))

    def remove(self, webhook: str) -> None:
        """Deletes a webhook and its messages. Raises ``InvalidInput`` for an unknown one."""
        self._row(webhook)
        with self._accounts.write() as connection:
            connection.execute(deliveries.delete().where(deliveries.c.webhook == webhook))
            connection.execute(webhooks.delete().where(*self._is(webhook)))
            audit.append(connection, self._tenant, self._by, "webhook.deleted", webhook)

    def rotate(self, webhook: str) -> NewSecret:
        """A new secret, and a webhook that was disabled works again. Earlier secrets sign for another day."""
        row, secret, now = self._row(webhook), _secret(), time.time()
        kept = [one for one in row["secrets"] if now - one[1] < OVERLAP_SECONDS or one is row["secrets"][0]]
        values = {"secrets": [[secret, now], *kept][:MAX_SECRETS], "disabled": None}
        with self._accounts.write() as connection:
            connection.execute(webhooks.update().where(*self._is(webhook)).values(values))
            audit.append(connection, self._tenant, self._by, "webhook.secret_made", webhook)
        return NewSecret(webhook=_webhook({**row, **values}), secret=secret)

    def deliveries(self, webhook: str) -> tuple[Delivery, ...]:
        """The latest messages, the newest first. Raises ``InvalidInput`` for an unknown webhook."""
        self._row(webhook)
        columns = [deliveries.c[name] for name in Delivery.model_fields]
        query = sa.select(*columns).where(deliveries.c.webhook == webhook, deliveries.c.tenant == self._tenant)
        with self._accounts.read() as connection:
            rows = connection.execute(query.order_by(deliveries.c.seq.desc()).limit(MAX_LISTED)).all()
        return tuple(Delivery.model_validate(dict(row._mapping)) for row in rows)

    def replay(self, webhook: str, delivery: str) -> None:
        """Sends a message again, under the same id. Raises ``InvalidInput`` for an unknown one."""
        self._row(webhook)
        known = (deliveries.c.id == delivery, deliveries.c.webhook == webhook, deliveries.c.tenant == self._tenant)
        values = {"next": time.time(), "attempts": 0, "delivered": None, "error": None}
        with self._accounts.write() as connection:
            if not connection.execute(deliveries.update().where(*known).values(values)).rowcount:
                hint = "GET /v1/webhooks/{id}/deliveries lists them."
                raise InvalidInput("unknown_delivery", "There is no such delivery.", hint)
            audit.append(connection, self._tenant, self._by, "webhook.replayed", webhook)

    def _row(self, webhook: str) -> dict[str, Any]:
        with self._accounts.read() as connection:
            row = connection.execute(sa.select(webhooks).where(*self._is(webhook))).first()
        if row is None:
            raise InvalidInput("unknown_webhook", "There is no such webhook.", "GET /v1/webhooks lists them.")
        return dict(row._mapping)

    def _is(self, webhook: str) -> tuple[sa.ColumnElement[bool], ...]:
        return webhooks.c.id == webhook, webhooks.c.tenant == self._tenant


def _secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def _webhook(row: dict[str, Any]) -> Webhook:
    return Webhook.model_validate({name: row.get(name) for name in Webhook.model_fields})
