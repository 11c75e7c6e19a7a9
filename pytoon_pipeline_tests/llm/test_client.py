"""One question over HTTP: every server that misbehaves ends in a reason, in time, and without the key."""

import logging
import threading
from itertools import count

import pytest

from pytoon_pipeline.llm.client import NoAnswer, complete, list_models
from pytoon_pipeline.runtime import stopping
from pytoon_pipeline_tests.harness.model_server import (
    KEY,
    MODEL,
    SILENT,
    Behaviour,
    Exchange,
    fails,
    model_server,
    says,
    sleeps,
)

QUESTION = ({"role": "user", "content": "Is it raining?"},)


def test_the_answer_of_the_model_comes_back() -> None:
    with model_server(says("Yes, ÄÖ 雨.")) as server:
        assert complete(server.endpoint(), QUESTION) == "Yes, ÄÖ 雨."
        (asked,) = server.asked
    assert (asked.path, asked.body["model"]) == ("/v1/chat/completions", MODEL)
    assert asked.headers["Authorization"] == f"Bearer {KEY}"
    assert asked.body["messages"] == list(QUESTION)


@pytest.mark.parametrize(("behave", "reason"), SILENT.values(), ids=SILENT)
def test_a_server_that_misbehaves_gives_no_answer_and_the_reason(
    behave: Behaviour, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    seconds = 1.0 if "longer than 1 s" in reason else 20.0
    with model_server(behave) as server, pytest.raises(NoAnswer) as caught:
        complete(server.endpoint(seconds), QUESTION)
    assert reason in caught.value.reason
    shown = "\n".join((str(caught.value), repr(caught.value), repr(server.endpoint()), caplog.text))
    assert KEY not in shown


def test_no_server_at_all_is_a_reason() -> None:
    with model_server(says("")) as server:
        endpoint = server.endpoint()
    with pytest.raises(NoAnswer, match="it cannot be reached"):
        complete(endpoint, QUESTION)


@pytest.mark.parametrize("first", [fails(429, Retry_After="0"), fails(503), lambda _: None], ids=["429", "503", "cut"])
def test_what_may_pass_is_tried_again(first: Behaviour) -> None:
    tries = count()

    def behave(exchange: Exchange) -> None:
        if next(tries):
            exchange.say("Now.")
        else:
            first(exchange)
            exchange.close_connection = True

    with model_server(behave) as server:
        assert complete(server.endpoint(), QUESTION) == "Now."


def test_a_model_that_allows_no_temperature_is_asked_without() -> None:
    def behave(exchange: Exchange) -> None:
        fails(400)(exchange) if "temperature" in exchange.asked.body else exchange.say("Yes.")

    with model_server(behave) as server:
        assert complete(server.endpoint(), QUESTION) == "Yes."


def test_a_question_ends_when_the_work_is_stopped() -> None:
    canceled = threading.Event()
    with model_server(sleeps) as server, stopping.canceled_by(canceled):
        timer = threading.Timer(0.3, canceled.set)
        timer.start()
        with pytest.raises(stopping.Stopped):
            complete(server.endpoint(600), QUESTION)
        timer.join()


def test_the_models_of_a_server_are_listed() -> None:
    with model_server(says("")) as server:
        assert list_models(server.endpoint()) == [MODEL]
