"""The messages that are due, for whoever sends them. Several senders share the work: each claims what it sends."""

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from pytoon_pipeline.accounts.database import Accounts
from pytoon_pipeline.accounts.tables import deliveries, webhooks
from pytoon_pipeline.accounts.webhooks import OVERLAP_SECONDS
from pytoon_pipeline.contracts.events import RenderEvent

# Seconds until the next try, as Standard Webhooks 1.0 lists them; then a message is given up.
SCHEDULE = (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
# What a sender claims is due again after this time, if the sender died.
LEASE_SECONDS = 60
GONE = 410
MAX_ERROR = 200


@dataclass(frozen=True)
class Message:
    """A message to send: ``secrets`` all sign it."""

    id: str
    webhook: str
    url: str
    secrets: tuple[str, ...]
    body: str
    attempts: int


class DeliveryQueue:
    """The messages of all tenants."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def enqueue(
        self,
        events_after: Callable[[int, str], Sequence[RenderEvent]],
        body_of: Callable[[RenderEvent], str],
        is_news: Callable[[RenderEvent], bool] = lambda event: True,
    ) -> None:
        """Turns the events that webhooks have not seen into messages: each once, also after an interruption.

        Events that are no news are seen, and sent to nobody.
        """
        active = sa.select(webhooks.c.id, webhooks.c.tenant, webhooks.c.events, webhooks.c.seen)
        with self._accounts.read() as connection:
            known = connection.execute(active.where(webhooks.c.disabled.is_(None))).all()
        for webhook, tenant, wanted, seen in known:
            if found := events_after(seen, tenant):
                rows = [
                    {"id": f"msg_{secrets.token_hex(12)}", "tenant": tenant, "webhook": webhook, "seq": event.seq,
                     "type": event.type, "body": body_of(event), "render": event.render, "created": time.time(),
                     "attempts": 0, "next": time.time()}
                    for event in found if event.type in wanted and is_news(event)
                ]  # fmt: skip
                with self._accounts.write() as connection:
                    moved = webhooks.update().where(webhooks.c.id == webhook, webhooks.c.seen == seen)
                    # Another sender may have done the same meanwhile.
                    if connection.execute(moved.values(seen=found[-1].seq)).rowcount and rows:
                        connection.execute(deliveries.insert(), rows)

    def claim(self, limit: int) -> list[Message]:
        """Messages that are due, which nobody else gets until the lease ends."""
        now = time.time()
        columns = (deliveries.c.id, deliveries.c.webhook, deliveries.c.body, deliveries.c.attempts, deliveries.c.next,
                   webhooks.c.url, webhooks.c.secrets)  # fmt: skip
        due = sa.select(*columns).join(webhooks).where(deliveries.c.next <= now, webhooks.c.disabled.is_(None))
        with self._accounts.read() as connection:
            rows = connection.execute(due.order_by(deliveries.c.next).limit(limit)).all()
        if not rows:
            return []
        claimed = []
        with self._accounts.write() as connection:
            for row in rows:
                mine = deliveries.update().where(deliveries.c.id == row.id, deliveries.c.next == row.next)
                if connection.execute(mine.values(next=now + LEASE_SECONDS)).rowcount:
                    valid = tuple(
                        secret
                        for n, (secret, made) in enumerate(row.secrets)
                        if not n or now - made < 2 * OVERLAP_SECONDS
                    )
                    claimed.append(Message(row.id, row.webhook, row.url, valid, row.body, row.attempts))
        return claimed

    def record(self, message: Message, status: int | None, error: str | None) -> None:
        """Records how a try ended: it is delivered with a status of 2xx, tried again later, or given up.

        ``410 Gone`` disables the webhook.
        """
        now, delivered = time.time(), status is not None and 200 <= status < 300
        wait = None if delivered or message.attempts >= len(SCHEDULE) else SCHEDULE[message.attempts]
        values = {
            "attempts": message.attempts + 1, "status": status, "error": error and error[:MAX_ERROR],
            "delivered": now if delivered else None,
            "next": None if wait is None else now + wait * (1 + secrets.randbelow(100) / 1000),
        }  # fmt: skip
        with self._accounts.write() as connection:
            connection.execute(deliveries.update().where(deliveries.c.id == message.id).values(values))
            if status == GONE:
                connection.execute(webhooks.update().where(webhooks.c.id == message.webhook).values(disabled=now))
