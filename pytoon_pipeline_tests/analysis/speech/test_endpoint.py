"""A transcription endpoint: what it is asked, what is believed, and what becomes of its misbehaviour."""

import io
import json
import logging
import time
import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from pytoon_pipeline.analysis.speech import endpoint, transcribers
from pytoon_pipeline.analysis.speech.choice import Choice, Endpoint, EndpointFailed, SpeechSettings, TranscriberMissing
from pytoon_pipeline.contracts.analysis import Transcript
from pytoon_pipeline_tests.harness.serving import serving

RATE = 16_000
KEY = "sk-a-secret-key"
SAMPLES = np.random.default_rng(1).normal(0, 3000, 4 * RATE).astype(np.int16)
WORDS = [{"word": "Hello,", "start": 0.1, "end": 0.5}, {"word": " world", "start": 0.6, "end": 1.1}]
SEGMENT = {"start": 0.0, "end": 2.0, "avg_logprob": -0.1, "compression_ratio": 1.1, "no_speech_prob": 0.01}
ANSWER = {"text": "Hello, world", "language": "english", "duration": 2.0, "words": WORDS, "segments": [SEGMENT]}


class Server:
    """A server on loopback; ``answer`` is what it does, and ``asked`` what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.answer: Callable[[], Response] = lambda: JSONResponse(ANSWER)
        self.url = ""

    async def transcriptions(self, request: Request) -> Response:
        async with request.form() as form:
            wav = await form["file"].read()  # type: ignore[union-attr]
            values = {key: form.getlist(key) for key in form if key != "file"}
        self.asked.append({**values, "wav": wav, "authorization": request.headers.get("authorization")})
        return self.answer()

    def choice(self) -> Choice:
        wanted = Endpoint(f"{self.url}/v1", "whisper-1", SecretStr(KEY))
        return transcribers.choose(SpeechSettings("endpoint", "base", Path("models"), endpoint=wanted))

    def transcript(self, pieces: list[tuple[int, int]], language: str | None = None) -> Transcript:
        recording = transcribers.Recording(self.choice(), SAMPLES, pieces, language)
        return transcribers.transcript(recording.choice, transcribers.transcribe(recording, pieces))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(endpoint, "PAUSE_SECONDS", 0.01)
    found = Server()
    route = Route("/v1/audio/transcriptions", found.transcriptions, methods=["POST"])
    with serving(Starlette(routes=[route])) as url:
        found.url = url
        yield found


def test_words_are_placed_where_their_piece_is(server: Server) -> None:
    found = server.transcript([(0, 2 * RATE), (2 * RATE, 4 * RATE)])
    assert [(word.text, word.start, word.end) for word in found.words] == [
        ("Hello,", 0.1, 0.5), ("world", 0.6, 1.1), ("Hello,", 2.1, 2.5), ("world", 2.6, 3.1),
    ]  # fmt: skip
    assert found.words[0].confidence == pytest.approx(0.905, abs=0.001)
    assert (found.language, found.device) == ("en", "endpoint")
    assert found.transcriber is not None
    assert found.transcriber.model == "whisper-1"


def test_the_endpoint_is_asked_as_openai_defines_it(server: Server) -> None:
    server.transcript([(RATE, 3 * RATE)], language="de")
    (asked,) = server.asked
    assert asked["model"] == ["whisper-1"]
    assert asked["language"] == ["de"]
    assert asked["response_format"] == ["verbose_json"]
    assert asked["timestamp_granularities[]"] == ["word", "segment"]
    assert asked["authorization"] == f"Bearer {KEY}"
    with wave.open(io.BytesIO(asked["wav"])) as file:
        assert (file.getframerate(), file.getnchannels()) == (RATE, 1)
        assert file.readframes(3 * RATE) == SAMPLES[RATE : 3 * RATE].tobytes()


def test_silence_has_no_words(server: Server) -> None:
    server.answer = lambda: JSONResponse({"text": ""})
    assert server.transcript([(0, RATE)]).words == ()


def test_what_the_endpoint_itself_does_not_trust_is_rejected(server: Server) -> None:
    doubtful = [SEGMENT | {"end": 0.55}, SEGMENT | {"start": 0.55, "no_speech_prob": 0.9}]
    server.answer = lambda: JSONResponse(ANSWER | {"segments": doubtful})
    found = server.transcript([(0, 2 * RATE)])
    assert ([word.text for word in found.words], found.rejected_words) == (["Hello,"], 1)


def test_times_just_outside_of_the_piece_are_moved_into_it(server: Server) -> None:
    words = [{"word": "So", "start": -0.1, "end": 0.2}, {"word": "long", "start": 1.8, "end": 2.4}]
    server.answer = lambda: JSONResponse({"text": "So long", "words": words})
    found = server.transcript([(RATE, 3 * RATE)])
    assert [(word.start, word.end, word.confidence) for word in found.words] == [(1.0, 1.2, 1.0), (2.8, 3.0, 1.0)]


def test_a_busy_endpoint_is_asked_again(server: Server) -> None:
    answers = iter([Response(status_code=503), Response(status_code=429), JSONResponse(ANSWER)])
    server.answer = lambda: next(answers)
    assert len(server.transcript([(0, 2 * RATE)]).words) == 2
    assert len(server.asked) == 3


def answered(changes: object) -> Callable[[], Response]:
    body = ANSWER | changes if isinstance(changes, dict) else changes
    return lambda: Response(json.dumps(body), media_type="application/json")


def word(text: str = "x", start: float = 0.0, end: float = 0.5) -> dict[str, Any]:
    return {"word": text, "start": start, "end": end}


def trickling() -> Response:
    def blocks() -> Iterator[bytes]:
        for _ in range(100):
            time.sleep(0.05)
            yield b" "

    return StreamingResponse(blocks())


MISBEHAVIOURS: dict[str, tuple[Callable[[], Response], str]] = {
    "an error": (lambda: Response(f"bad key {KEY}", 401), "status 401"),
    "always busy": (lambda: Response(status_code=500), "status 500"),
    "a redirect": (lambda: RedirectResponse("http://127.0.0.1:9/elsewhere"), "status 307"),
    "no JSON": (lambda: Response(f"<html>{KEY}"), "no transcript"),
    "half of it": (lambda: Response(json.dumps(ANSWER)[:60]), "no transcript"),
    "another object": (answered([1, 2]), "no transcript"),
    "too large": (lambda: Response(b" " * ((2 << 20) + 10)), "more than 2 MB"),
    "too slow": (trickling, "in time"),
    "no times": (answered({"words": None}), "without the times"),
    "no numbers": (answered({"words": [word(start=float("nan"))]}), "no transcript"),
    "after the end": (answered({"words": [word(start=3.5, end=9.0)]}), "impossible times (word 1"),
    "backwards": (answered({"words": [word(start=1.0, end=1.2), word(start=0.2)]}), "impossible times (word 2"),
    "an end before its start": (answered({"words": [word(start=0.6, end=0.5)]}), "impossible times"),
    "too many words": (answered({"words": [word()] * 200}), "200 words for 2.0 s"),
    "a page in a word": (answered({"words": [word("y" * 500)]}), "a word that is none"),
    "control characters": (answered({"words": [word("a\x1b[2Jb")]}), "a word that is none"),
}


@pytest.mark.parametrize("kind", MISBEHAVIOURS)
def test_misbehaviour_is_an_error_with_its_reason_and_without_the_key(
    kind: str, server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(endpoint, "TIMEOUT_SECONDS", 0.3)
    server.answer, reason = MISBEHAVIOURS[kind]
    with pytest.raises(EndpointFailed) as failed:
        server.transcript([(0, 2 * RATE)])
    assert reason in failed.value.reason
    assert "127.0.0.1" in failed.value.message
    shown = f"{failed.value}{failed.value.__cause__}{caplog.text}{server.choice()}"
    assert KEY not in shown


def test_an_endpoint_that_is_not_there_is_an_error(server: Server) -> None:
    wanted = Endpoint("http://127.0.0.1:9/v1", "whisper-1")
    with pytest.raises(EndpointFailed, match="cannot be reached"):
        endpoint.transcribe(SAMPLES, [(0, RATE)], wanted)


def test_without_a_url_the_error_says_how_to_set_one() -> None:
    with pytest.raises(TranscriberMissing, match="PYTOON_TRANSCRIPTION_URL"):
        transcribers.choose(SpeechSettings("endpoint", "base", Path("models")))
