"""Transcription by an endpoint as OpenAI defines it: ``POST {url}/audio/transcriptions``, answered as *verbose_json*.

Many programs serve one. Nothing that it answers is believed unseen: size, times, order and texts are checked. The key
goes into one header, and into no message.
"""

import io
import math
import time
import wave
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Annotated

import httpx
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pytoon_pipeline.analysis.speech.choice import Endpoint, EndpointFailed
from pytoon_pipeline.analysis.speech.pieces import RATE, Span
from pytoon_pipeline.analysis.speech.whisper_checkpoint import LANGUAGE_NAMES
from pytoon_pipeline.analysis.speech.whisper_results import trusted
from pytoon_pipeline.contracts.analysis import TranscribedPiece, Word
from pytoon_pipeline.runtime import stopping

# A piece has at most 30 s of speech. Its answer must be there in so many seconds, whatever trickles in meanwhile.
TIMEOUT_SECONDS, CONNECT_SECONDS = 90.0, 10.0
MAX_ANSWER_BYTES = 2 << 20
# Attempts at a piece where the endpoint is busy or cannot be reached, and the pauses between them.
ATTEMPTS, PAUSE_SECONDS = 3, 1.0
BUSY = (408, 409, 425, 429, 500, 502, 503, 504)
REQUESTS = 4
# People say up to 10 words per second, and words of up to so many letters. Times may be this far outside of the piece.
MAX_WORDS_PER_SECOND, MAX_LETTERS, SLACK_SECONDS = 12, 80, 1.0


class _Refused(Exception):
    """Why an answer is not used, as the end of a sentence about the endpoint."""


Finite = Annotated[float, Field(allow_inf_nan=False)]


class _Answered(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Word(_Answered):
    word: str
    start: Finite
    end: Finite
    probability: Annotated[float, Field(ge=0, le=1)] | None = None


class _Segment(_Answered):
    start: Finite
    end: Finite
    avg_logprob: Finite = 0.0
    compression_ratio: Finite = 1.0
    no_speech_prob: Finite = 0.0

    @property
    def trusted(self) -> bool:
        return trusted(self.avg_logprob, self.compression_ratio, self.no_speech_prob)


class _Answer(_Answered):
    """An answer in *verbose_json* with times of words. Endpoints may leave out the segments."""

    text: str
    language: str = ""
    words: tuple[_Word, ...] | None = None
    segments: tuple[_Segment, ...] = ()


def transcribe(
    samples: NDArray[np.int16], pieces: Sequence[Span], endpoint: Endpoint, language: str | None = None
) -> list[TranscribedPiece]:
    """Words with times in each of ``pieces`` of 16 kHz mono ``samples``, shape (n,), some pieces at the same time.

    Raises ``EndpointFailed`` where the endpoint cannot be reached, refuses, or answers what cannot be right.
    """
    with _client(endpoint) as client, ThreadPoolExecutor(REQUESTS, thread_name_prefix="endpoint") as pool:

        def one(piece: Span) -> TranscribedPiece:
            return _transcribed(client, samples, piece, endpoint, language)

        waiting = [pool.submit(copy_context().run, one, piece) for piece in pieces]
        try:
            return [stopping.wait(future) for future in waiting]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _client(endpoint: Endpoint) -> httpx.Client:
    headers = {"Authorization": f"Bearer {endpoint.key.get_secret_value()}"} if endpoint.key else {}
    return httpx.Client(headers=headers, timeout=httpx.Timeout(TIMEOUT_SECONDS, connect=CONNECT_SECONDS))


def _transcribed(
    client: httpx.Client, samples: NDArray[np.int16], piece: Span, endpoint: Endpoint, language: str | None
) -> TranscribedPiece:
    first, last = piece
    seconds, offset = (last - first) / RATE, first / RATE
    try:
        answer = _checked(_asked(client, _wav(samples[first:last]), endpoint, language), seconds)
    except _Refused as error:
        raise EndpointFailed(endpoint, str(error)) from None
    words = [
        (_word(one, answer.segments, seconds, offset), _is_trusted(one, answer.segments)) for one in answer.words or ()
    ]
    kept = tuple(word for word, is_trusted in words if is_trusted and word.text)
    return TranscribedPiece(
        start=offset,
        end=last / RATE,
        words=kept,
        rejected_words=sum(not is_trusted for _, is_trusted in words),
        language=language or _code(answer.language),
        device="endpoint",
    )


def _asked(client: httpx.Client, wav: bytes, endpoint: Endpoint, language: str | None) -> bytes:
    """The body of the answer. Raises ``_Refused``."""
    form = {"model": endpoint.model, "response_format": "verbose_json", "temperature": "0"}
    form |= {"language": language} if language else {}
    form |= {"timestamp_granularities[]": ["word", "segment"]}  # type: ignore[dict-item]
    for attempt in range(ATTEMPTS):
        stopping.check()
        if attempt:
            time.sleep(PAUSE_SECONDS * attempt)
        try:
            status, body = _posted(client, f"{endpoint.url}/audio/transcriptions", form, wav)
        except httpx.TimeoutException:
            why = "did not answer in time"
        except httpx.HTTPError as error:
            why = f"cannot be reached ({type(error).__name__})"
        else:
            if status == httpx.codes.OK:
                return body
            why = f"answered with status {status}"
            if status not in BUSY:
                break
    raise _Refused(why)


def _posted(client: httpx.Client, url: str, form: dict[str, str], wav: bytes) -> tuple[int, bytes]:
    """Status and body. Raises ``_Refused`` for an answer that is too large, and ``TimeoutException`` for a slow one."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    body = bytearray()
    with client.stream("POST", url, data=form, files={"file": ("speech.wav", wav, "audio/wav")}) as answer:
        for block in answer.iter_bytes():
            body += block
            if len(body) > MAX_ANSWER_BYTES:
                raise _Refused(f"answered with more than {MAX_ANSWER_BYTES >> 20} MB")
            if time.monotonic() > deadline:
                raise httpx.ReadTimeout("The answer is too slow.")
    return answer.status_code, bytes(body)


def _checked(body: bytes, seconds: float) -> _Answer:
    """The answer for a piece of so many seconds. Raises ``_Refused`` where it cannot be right."""
    try:
        answer = _Answer.model_validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))[:60]
        raise _Refused(f"answered with what is no transcript ({where or 'not JSON'}: {first['type']})") from None
    words = answer.words
    if words is None:
        if not answer.text.strip():
            return answer
        raise _Refused("answered without the times of words")
    if len(words) > MAX_WORDS_PER_SECOND * max(1.0, seconds):
        raise _Refused(f"answered with {len(words)} words for {seconds:.1f} s")
    previous = -SLACK_SECONDS
    for number, one in enumerate(words, 1):
        if not previous <= one.start <= one.end <= seconds + SLACK_SECONDS:
            raise _Refused(f"answered with impossible times (word {number}: {one.start:g} to {one.end:g} s)")
        if len(one.word) > MAX_LETTERS or not one.word.strip().isprintable():
            raise _Refused(f"answered with a word that is none (word {number})")
        previous = one.start
    return answer


def _word(one: _Word, segments: Sequence[_Segment], seconds: float, offset: float) -> Word:
    start, end = (min(max(0.0, moment), seconds) for moment in (one.start, one.end))
    confidence = one.probability
    if confidence is None:
        # The mean of its segment; an endpoint that gives none is trusted.
        segment = _around(one, segments)
        confidence = min(1.0, math.exp(segment.avg_logprob)) if segment else 1.0
    return Word(
        text=one.word.strip(),
        start=round(offset + start, 3),
        end=round(offset + end, 3),
        confidence=round(confidence, 3),
    )


def _around(one: _Word, segments: Sequence[_Segment]) -> _Segment | None:
    middle = (one.start + one.end) / 2
    return next((segment for segment in segments if segment.start <= middle <= segment.end), None)


def _is_trusted(one: _Word, segments: Sequence[_Segment]) -> bool:
    segment = _around(one, segments)
    return segment is None or segment.trusted


def _code(language: str) -> str:
    """The code of a language that is answered by its English name, as OpenAI does, or by its code."""
    name = language.strip().lower()
    return LANGUAGE_NAMES.get(name, name if name in LANGUAGE_NAMES.values() else "")


def _wav(samples: NDArray[np.int16]) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(samples.tobytes())
    return buffer.getvalue()
