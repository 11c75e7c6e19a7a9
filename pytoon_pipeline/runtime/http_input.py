"""What HTTP servers read of a request: its bearer token, and its body as it arrives."""

import asyncio
import hmac
from collections.abc import AsyncIterator, Iterable
from time import monotonic

from pytoon_pipeline.contracts.errors import InvalidInput, TransientError

SCHEME = b"bearer "
# A sender that is slower than this over a whole body holds a connection and says almost nothing.
LEAST_BYTES_PER_SECOND = 1000


def bearer_token(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """The token of ``Authorization: Bearer TOKEN``; none without one."""
    given = next((value for name, value in headers if name == b"authorization"), b"")
    return given[len(SCHEME) :].strip().decode("latin-1") if given[: len(SCHEME)].lower() == SCHEME else None


def same_token(given: str | None, expected: str) -> bool:
    """Whether a token is the expected one. The comparison takes the same time for every wrong token."""
    return given is not None and hmac.compare_digest(given.encode("latin-1", "replace"), expected.encode())


async def arriving(
    stream: AsyncIterator[bytes], silence_seconds: float, max_bytes: int | None = None
) -> AsyncIterator[bytes]:
    """A body as it arrives. Raises ``InvalidInput`` when it is too large.

    Raises ``TransientError`` when it stops for ``silence_seconds``, or when waiting for all of it takes as much longer
    than at ``LEAST_BYTES_PER_SECOND``.
    """
    size, waited = 0, 0.0
    while True:
        began, patience = monotonic(), silence_seconds + size / LEAST_BYTES_PER_SECOND - waited
        try:
            chunk = await asyncio.wait_for(anext(stream), min(silence_seconds, patience))
        except StopAsyncIteration:
            return
        except asyncio.TimeoutError:
            message = "The body stopped arriving, or arrived too slowly."
            raise TransientError("too_slow", message, "Send the rest of it again.") from None
        waited += monotonic() - began
        size += len(chunk)
        if max_bytes is not None and size > max_bytes:
            message = f"The body has more than {max_bytes / 1e6:,.0f} MB."
            raise InvalidInput("body_too_large", message, "Send a smaller one.")
        yield chunk
