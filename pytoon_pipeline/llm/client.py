"""One question to a chat endpoint over HTTP, bounded in time and in size.

What servers say in errors is never repeated, because some repeat the key; nor are the errors of the HTTP library.
"""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, Field, ValidationError
from tenacity import RetryCallState, retry, retry_if_exception_type, stop_after_attempt

from pytoon_pipeline.contracts.errors import TransientError
from pytoon_pipeline.llm.endpoint import Endpoint
from pytoon_pipeline.runtime import stopping

if TYPE_CHECKING:
    import httpx

MAX_ANSWER_BYTES = 1_000_000
# Tries of one question where the server is busy or the connection breaks. A server may ask for a pause of at most so
# many seconds; what asks for a longer one does not answer.
TRIES, FIRST_PAUSE_SECONDS, MAX_PAUSE_SECONDS = 3, 0.5, 20.0
BUSY = (408, 425, 429, 500, 502, 503, 504)
# The time in which the list of models must come.
LIST_SECONDS = 5.0
# What is sent besides the question. Some models refuse any other temperature than their own.
OPTIONAL: Mapping[str, object] = {"temperature": 0}
STATUS_REASONS = {
    401: "it does not accept the key: check PYTOON_LLM_KEY",
    403: "the key may not use this model: check PYTOON_LLM_KEY",
    404: "it does not know the model or the URL: check PYTOON_LLM_MODEL and PYTOON_LLM_URL",
    413: "the question is too long for it",
}

T = TypeVar("T")


class NoAnswer(TransientError):
    """The model gave no answer; ``reason`` is a clause about it that has no secret."""

    def __init__(self, endpoint: Endpoint, reason: str) -> None:
        super().__init__(
            "model_no_answer",
            f"The language model {endpoint.model} at {endpoint.host} gave no answer: {reason}.",
            "Check PYTOON_LLM_URL, PYTOON_LLM_MODEL and PYTOON_LLM_KEY: pytoon doctor",
        )
        self.reason = reason


class _Passing(Exception):
    """Something that may pass, after ``pause`` seconds where the server says so."""

    def __init__(self, reason: str, pause: float | None = None) -> None:
        super().__init__(reason)
        self.reason, self.pause = reason, pause


class _Message(BaseModel):
    content: str | None = None


class _Choice(BaseModel):
    message: _Message


class _Completion(BaseModel):
    choices: list[_Choice] = Field(min_length=1)


class _Model(BaseModel):
    id: str


class _Models(BaseModel):
    data: list[_Model]


def complete(endpoint: Endpoint, messages: Sequence[Mapping[str, str]]) -> str:
    """The text of the model's answer. Raises ``NoAnswer``, and ``Stopped`` when this work is asked to stop."""
    body = {"model": endpoint.model, "messages": list(messages)}
    text = _run(endpoint, endpoint.seconds, _ask(endpoint, body))
    if endpoint.key is not None and endpoint.key.get_secret_value() in text:
        raise NoAnswer(endpoint, "what it answered has the API key in it")
    return text


def list_models(endpoint: Endpoint) -> list[str]:
    """The names of the models that the server has. Raises ``NoAnswer``."""
    return _run(endpoint, min(LIST_SECONDS, endpoint.seconds), _list(endpoint))


async def _ask(endpoint: Endpoint, body: Mapping[str, object]) -> str:
    status, data = await _exchange(endpoint, "POST", "chat/completions", {**body, **OPTIONAL})
    if status == 400:
        status, data = await _exchange(endpoint, "POST", "chat/completions", body)
    _check_status(endpoint, status)
    try:
        return _Completion.model_validate_json(data).choices[0].message.content or ""
    except ValidationError:
        raise NoAnswer(endpoint, "what it answered is not a chat completion as OpenAI defines it") from None


async def _list(endpoint: Endpoint) -> list[str]:
    status, data = await _exchange(endpoint, "GET", "models")
    _check_status(endpoint, status)
    try:
        return [one.id for one in _Models.model_validate_json(data).data]
    except ValidationError:
        raise NoAnswer(endpoint, "what it answered is not a list of models as OpenAI defines it") from None


def _check_status(endpoint: Endpoint, status: int) -> None:
    if 300 <= status < 400:
        raise NoAnswer(endpoint, f"it answered {status}, and redirects are not followed: check PYTOON_LLM_URL")
    if status != 200:
        raise NoAnswer(endpoint, STATUS_REASONS.get(status, f"it answered {status}"))


def _pause(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome is not None else None
    pause = error.pause if isinstance(error, _Passing) else None
    return FIRST_PAUSE_SECONDS * 2 ** (state.attempt_number - 1) if pause is None else pause


@retry(retry=retry_if_exception_type(_Passing), stop=stop_after_attempt(TRIES), wait=_pause, reraise=True)
async def _exchange(
    endpoint: Endpoint, method: str, path: str, body: Mapping[str, object] | None = None
) -> tuple[int, bytes]:
    """The status and the body of a response; of a busy server, ``_Passing`` is raised after the last try."""
    import httpx

    # The bytes that are counted are those that are read: a small response must not unpack into a large one.
    headers = {"Accept-Encoding": "identity", "User-Agent": "pytoon"}
    if endpoint.key is not None:
        headers["Authorization"] = f"Bearer {endpoint.key.get_secret_value()}"
    try:
        async with (
            httpx.AsyncClient(timeout=endpoint.seconds, headers=headers) as client,
            client.stream(method, f"{endpoint.url}/{path}", json=body) as response,
        ):
            if response.status_code in BUSY:
                raise _busy(endpoint, response)
            return response.status_code, await _read(endpoint, response)
    except httpx.ConnectError:
        raise _Passing("it cannot be reached") from None
    except httpx.TimeoutException:
        raise NoAnswer(endpoint, f"it took longer than {endpoint.seconds:g} s") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise _Passing(f"the connection broke ({type(error).__name__})") from None


def _busy(endpoint: Endpoint, response: "httpx.Response") -> Exception:
    asked = response.headers.get("Retry-After", "")
    pause = float(asked) if asked.isascii() and asked.isdigit() else None
    if pause is not None and pause > MAX_PAUSE_SECONDS:
        return NoAnswer(endpoint, f"it answered {response.status_code} and asks to wait {pause:g} s")
    return _Passing(f"it answered {response.status_code}, {TRIES} times", pause)


async def _read(endpoint: Endpoint, response: "httpx.Response") -> bytes:
    data = bytearray()
    async for chunk in response.aiter_raw():
        data += chunk
        if len(data) > MAX_ANSWER_BYTES:
            raise NoAnswer(endpoint, f"its answer is larger than {MAX_ANSWER_BYTES / 1e6:g} MB")
    return bytes(data)


def _run(endpoint: Endpoint, seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """The result of ``work``, which may take ``seconds`` with all its tries, however slowly the server sends."""
    try:
        return asyncio.run(_within(endpoint, seconds, work))
    except _Passing as error:
        raise NoAnswer(endpoint, error.reason) from None


async def _within(endpoint: Endpoint, seconds: float, work: Coroutine[Any, Any, T]) -> T:
    clock = asyncio.get_running_loop().time
    until, task = clock() + seconds, asyncio.ensure_future(work)
    try:
        while not task.done():
            await asyncio.wait({task}, timeout=min(stopping.POLL_SECONDS, max(0.0, until - clock())))
            stopping.check()
            if not task.done() and clock() >= until:
                raise NoAnswer(endpoint, f"it took longer than {seconds:g} s")
        return task.result()
    finally:
        task.cancel()
