"""Webhooks: every event that ends a render arrives, signed, under one id, whatever the receiver answers at first."""

import json
import time
from collections.abc import Callable, Iterator

import pytest
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from pytoon_pipeline.accounts import deliveries
from pytoon_pipeline.api.app import application
from pytoon_pipeline.api.service import ApiService
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.errors import InvalidInput, TransientError
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.public_network import PublicNetwork
from pytoon_pipeline.service import webhooks
from pytoon_pipeline_tests.api.conftest import TOKEN, Client
from pytoon_pipeline_tests.harness.serving import serving
from pytoon_pipeline_tests.harness.webhook_receiver import Receiver


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver().running() as opened:
        yield opened


@pytest.fixture
def service(home: Home) -> ApiService:
    """A server that may send to this machine."""
    return ApiService.open(home, PublicNetwork(allowed=lambda address: True))


@pytest.fixture
def api(service: ApiService) -> Iterator[Client]:
    with serving(application(service, TOKEN)) as url:
        yield Client(url)


def until(condition: Callable[[], bool]) -> None:
    for _ in range(600):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen")


def end_render(home: Home, number: int = 0, tenant: str = "default") -> str:
    key = f"{number:032x}"
    Uploads(home).register(SourceMedia(key=key, tenant=tenant, title="a", items=(), request={}))
    Uploads(home).stop(key)
    return key


def test_the_end_of_a_render_is_sent_signed(api: Client, service: ApiService, home: Home, receiver: Receiver) -> None:
    end_render(home, 1)
    made = api.call("POST", "/v1/webhooks", {"url": receiver.url}).json
    webhook, secret = made["webhook"]["id"], made["secret"]
    assert secret not in api.call("GET", "/v1/webhooks").body.decode()
    with service.sender.running():
        key = end_render(home, 2)
        end_render(home, 3, "acme")
        until(lambda: bool(receiver.messages))
        newer = api.call("POST", f"/v1/webhooks/{webhook}/secrets").json["secret"]
        end_render(home, 4)
        until(lambda: len(receiver.messages) == 2)
    (headers, body), (later, last) = receiver.messages
    event = Verifier(secret).verify(body, headers)
    assert (event["type"], event["data"]["render"]) == ("render.stopped", key), "not the earlier one, nor acme's"
    assert Verifier(secret).verify(last, later) == Verifier(newer).verify(last, later), "both secrets sign"
    found = api.call("GET", f"/v1/webhooks/{webhook}/deliveries").json["deliveries"]
    assert [(one["id"], one["status"], one["attempts"], one["next"]) for one in found] == [
        (later["webhook-id"], 204, 1, None), (headers["webhook-id"], 204, 1, None),
    ]  # fmt: skip


def test_a_receiver_refuses_a_recorded_message_later(
    api: Client, service: ApiService, home: Home, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = api.call("POST", "/v1/webhooks", {"url": receiver.url}).json["secret"]
    real = time.time
    with monkeypatch.context() as earlier, service.sender.running():
        # The tolerance of the library for receivers is five minutes.
        earlier.setattr(webhooks.time, "time", lambda: real() - 301)
        end_render(home)
        until(lambda: bool(receiver.messages))
    headers, body = receiver.messages[0]
    with pytest.raises(WebhookVerificationError, match="too old"):
        Verifier(secret).verify(body, headers)
    with pytest.raises(WebhookVerificationError, match="signature"):
        Verifier(secret).verify(body, {**headers, "webhook-timestamp": str(int(real()))})


def test_a_failure_that_is_tried_again_is_no_news(
    api: Client, service: ApiService, home: Home, receiver: Receiver
) -> None:
    uploads, hook = Uploads(home), {"url": receiver.url, "events": ["render.failed", "render.stopped"]}
    api.call("POST", "/v1/webhooks", hook)
    key = f"{1:032x}"
    uploads.register(SourceMedia(key=key, title="a", items=(), request={}))
    with service.sender.running():
        uploads.fail(key, TransientError("disk", "The disk is full.", "Wait."))
        end_render(home, 2)
        until(lambda: len(receiver.messages) == 1)
        uploads.fail(key, InvalidInput("no_media", "There is nothing to show.", "Add a photo."))
        until(lambda: len(receiver.messages) == 2)
    sent = [json.loads(body) for _, body in receiver.messages]
    assert [one["type"] for one in sent] == ["render.stopped", "render.failed"]
    assert sent[1]["data"]["code"] == "no_media", "of the failures, the last one"


def test_a_failed_delivery_is_tried_again_and_can_be_replayed(
    api: Client, service: ApiService, home: Home, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "SCHEDULE", (0.01, 0.01))
    receiver.answers = [500, 302, 400]
    webhook = api.call("POST", "/v1/webhooks", {"url": receiver.url}).json["webhook"]["id"]
    end_render(home)
    path = f"/v1/webhooks/{webhook}/deliveries"
    with service.sender.running():
        until(lambda: len(receiver.messages) == 3)
        until(lambda: api.call("GET", path).json["deliveries"][0]["attempts"] == 3)
        (given_up,) = api.call("GET", path).json["deliveries"]
        assert (given_up["next"], given_up["delivered"], given_up["status"]) == (None, None, 400)
        assert api.call("POST", f"{path}/{given_up['id']}/replay").status == 202
        until(lambda: api.call("GET", path).json["deliveries"][0]["delivered"] is not None)
    assert len({headers["webhook-id"] for headers, _ in receiver.messages}) == 1
    assert all(headers["host"] == receiver.url.removeprefix("http://") for headers, _ in receiver.messages)
    assert len(receiver.messages) == 4, "a redirect is not followed"


def test_senders_that_die_lose_nothing_and_share_the_work(
    service: ApiService, api: Client, home: Home, receiver: Receiver
) -> None:
    api.call("POST", "/v1/webhooks", {"url": receiver.url})
    keys = {end_render(home, n) for n in range(30)}
    with service.sender.running(), service.sender.running():
        until(lambda: len(receiver.messages) >= 5)
    with service.sender.running():
        until(lambda: len(receiver.messages) >= 30)
    assert {json.loads(body)["data"]["render"] for _, body in receiver.messages} == keys
    assert len({headers["webhook-id"] for headers, _ in receiver.messages}) == len(receiver.messages) == 30


def test_a_receiver_that_is_gone_is_not_asked_again(
    api: Client, service: ApiService, home: Home, receiver: Receiver
) -> None:
    receiver.answers = [410]
    webhook = api.call("POST", "/v1/webhooks", {"url": receiver.url}).json["webhook"]["id"]
    end_render(home)
    with service.sender.running():
        until(lambda: api.call("GET", "/v1/webhooks").json["webhooks"][0]["disabled"] is not None)
    api.call("POST", f"/v1/webhooks/{webhook}/secrets")
    assert api.call("GET", "/v1/webhooks").json["webhooks"][0]["disabled"] is None
    assert api.call("DELETE", f"/v1/webhooks/{webhook}").status == 204
    assert api.call("GET", f"/v1/webhooks/{webhook}/deliveries").status == 404


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "http://2130706433/", "http://[::ffff:10.0.0.1]/"])
def test_a_private_address_is_refused_at_once(home: Home, url: str) -> None:
    closed = ApiService.open(home)
    with serving(application(closed, TOKEN)) as address:
        answer = Client(address).call("POST", "/v1/webhooks", {"url": url})
    assert (answer.status, answer.json["code"]) == (422, "address_refused")


def test_a_webhook_that_moved_inside_is_not_reached(
    api: Client, home: Home, receiver: Receiver, service: ApiService
) -> None:
    webhook = api.call("POST", "/v1/webhooks", {"url": receiver.url}).json["webhook"]["id"]
    end_render(home)
    with ApiService.open(home).sender.running():
        path = f"/v1/webhooks/{webhook}/deliveries"
        until(lambda: any(one["attempts"] for one in api.call("GET", path).json["deliveries"]))
    assert receiver.messages == []
    (found,) = api.call("GET", path).json["deliveries"]
    assert "not public" in found["error"]


def test_there_is_a_limit_of_webhooks(api: Client, receiver: Receiver) -> None:
    answers = [api.call("POST", "/v1/webhooks", {"url": receiver.url}).status for _ in range(21)]
    assert answers == [201] * 20 + [409]
