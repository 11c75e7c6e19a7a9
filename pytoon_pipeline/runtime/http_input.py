"""What HTTP servers read of a request: its bearer token, and its body as it arrives."""

import asyncio
import hmac
from collections.abc import AsyncIterator, Iterable

from pytoon_pipeline.contracts.errors import InvalidInput, TransientError

SCHEME = b"bearer "


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
    """A body as it arrives. Raises ``InvalidInput`` when it is too large, ``TransientError`` when it stops."""
    size = 0
    while True:
        try:
            chunk = await asyncio.wait_for(anext(stream), silence_seconds)
        except StopAsyncIteration:
            return
        except asyncio.TimeoutError:
            raise TransientError("too_slow", "The body stopped arriving.", "Send the rest of it again.") from None
        size += len(chunk)
        if max_bytes is not None and size > max_bytes:
            message = f"The body has more than {max_bytes / 1e6:,.0f} MB."
            raise InvalidInput("body_too_large", message, "Send a smaller one.")
        yield chunk
