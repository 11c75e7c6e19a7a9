"""Webhooks: where events are sent, and what was sent."""

import asyncio

from fastapi import FastAPI, Request, Response

from pytoon_pipeline.accounts.webhooks import Webhooks
from pytoon_pipeline.api.access import ManagesWebhooks
from pytoon_pipeline.api.bodies import document, document_of
from pytoon_pipeline.api.service import ApiService
from pytoon_pipeline.catalog.events import Events
from pytoon_pipeline.contracts.access import Caller
from pytoon_pipeline.contracts.webhooks import DeliveryList, NewSecret, WebhookList, WebhookRequest

EXAMPLE = '{"url": "https://example.com/pytoon"}'


def add_webhooks(app: FastAPI, service: ApiService) -> None:
    def of(caller: Caller) -> Webhooks:
        return Webhooks(service.accounts, caller.tenant, caller.key)

    def create_for(caller: Caller, wanted: WebhookRequest) -> NewSecret:
        service.network.check(wanted.url)
        return of(caller).create(wanted, Events(service.home).newest())

    @app.post("/v1/webhooks", status_code=201, openapi_extra=document(WebhookRequest))
    async def create(caller: ManagesWebhooks, request: Request) -> NewSecret:
        """Sends the events from now on to a URL. The secret, with which they are signed, is shown this once."""
        wanted = await document_of(request, WebhookRequest, EXAMPLE)
        return await asyncio.to_thread(create_for, caller, wanted)

    @app.get("/v1/webhooks")
    def listing(caller: ManagesWebhooks) -> WebhookList:
        """The webhooks of the tenant."""
        return WebhookList(webhooks=of(caller).all())

    @app.delete("/v1/webhooks/{webhook}", status_code=204)
    def remove(caller: ManagesWebhooks, webhook: str) -> Response:
        """Deletes a webhook. Nothing more is sent to it."""
        of(caller).remove(webhook)
        return Response(status_code=204)

    @app.post("/v1/webhooks/{webhook}/secrets", status_code=201)
    def rotate(caller: ManagesWebhooks, webhook: str) -> NewSecret:
        """A new secret. Messages are signed with the one before too, for a day. Enables a disabled webhook."""
        return of(caller).rotate(webhook)

    @app.get("/v1/webhooks/{webhook}/deliveries")
    def sent(caller: ManagesWebhooks, webhook: str) -> DeliveryList:
        """The latest 100 messages, the newest first."""
        return DeliveryList(deliveries=of(caller).deliveries(webhook))

    @app.post("/v1/webhooks/{webhook}/deliveries/{delivery}/replay", status_code=202)
    def replay(caller: ManagesWebhooks, webhook: str, delivery: str) -> DeliveryList:
        """Sends a message again, under the same id."""
        of(caller).replay(webhook, delivery)
        return DeliveryList(deliveries=of(caller).deliveries(webhook))
