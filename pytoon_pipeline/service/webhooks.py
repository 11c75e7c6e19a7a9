"""Sends events to webhooks by Standard Webhooks 1.0: signed, at least once, to public addresses only."""

import base64
import hashlib
import hmac
import json
import logging
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timezone
from functools import partial

from pytoon_pipeline.accounts.deliveries import DeliveryQueue, Message
from pytoon_pipeline.accounts.webhooks import PREFIX
from pytoon_pipeline.catalog.events import Events
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.errors import PytoonError
from pytoon_pipeline.contracts.events import RenderEvent
from pytoon_pipeline.operations.due import will_be_retried
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.public_network import PublicNetwork
from pytoon_pipeline.service.program_hints import event_for_programs

POLL_SECONDS = 0.2
TIMEOUT_SECONDS = 15
SENDERS = 8

log = logging.getLogger("pytoon.webhooks")


def body_of(event: RenderEvent) -> str:
    """The body of the message about an event."""
    data = event_for_programs(event).model_dump(mode="json", exclude_none=True)
    at = datetime.fromtimestamp(event.at, timezone.utc).isoformat()
    about = {**data.pop("data"), "render": event.render, "seq": event.seq, "link": f"/v1/renders/{event.render}"}
    return json.dumps({"type": event.type, "timestamp": at, "data": about}, ensure_ascii=False)


def signed_headers(message: Message, timestamp: int) -> dict[str, str]:
    """The headers of a message: its id, the time, and a signature by each secret."""
    content = f"{message.id}.{timestamp}.{message.body}".encode()
    secrets = (base64.b64decode(one.removeprefix(PREFIX)) for one in message.secrets)
    signatures = (base64.b64encode(hmac.digest(one, content, hashlib.sha256)).decode() for one in secrets)
    return {
        "content-type": "application/json",
        "user-agent": "Pytoon",
        "webhook-id": message.id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{one}" for one in signatures),
    }


def is_news(home: Home, event: RenderEvent) -> bool:
    """Whether a receiver should hear of an event: not of a failure after which the render is tried again by itself."""
    return event.type != "render.failed" or (
        not Events(home).has_later(event) and not will_be_retried(Uploads(home), event.render)
    )


class Sender:
    """Sends what is due until it is stopped. What it was sending when it died is sent again, under the same id."""

    def __init__(self, queue: DeliveryQueue, home: Home, network: PublicNetwork) -> None:
        self._queue, self._home, self._network = queue, home, network
        self._events = Events(home)
        self._stopping = threading.Event()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Sends in the background while the block runs."""
        thread = threading.Thread(target=self._run, name="webhooks", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            thread.join(TIMEOUT_SECONDS)

    def _run(self) -> None:
        with ThreadPoolExecutor(SENDERS, "webhook") as pool:
            while not self._stopping.wait(POLL_SECONDS):
                try:
                    self._queue.enqueue(self._events.after, body_of, partial(is_news, self._home))
                    # Waits for the slowest of a few, so that nothing is claimed long before it is sent.
                    list(pool.map(self.send, self._queue.claim(SENDERS)))
                except PytoonError as error:
                    log.warning("webhooks wait", extra={"event": "webhooks_wait", "reason": error.message})

    def send(self, message: Message) -> None:
        """One try of one message."""
        status, error = None, None
        headers = signed_headers(message, int(time.time()))
        try:
            with self._network.request(
                "POST", message.url, headers, message.body.encode(), TIMEOUT_SECONDS
            ) as response:
                status = response.status
        except PytoonError as problem:
            error = problem.message
        self._queue.record(message, status, error)
