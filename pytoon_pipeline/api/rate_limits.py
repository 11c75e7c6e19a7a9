"""Rate limits, in this process."""

from dataclasses import dataclass
from math import ceil
from time import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter


@dataclass(frozen=True)
class Allowance:
    """What is left of a limit: ``remaining`` requests within the next ``reset`` seconds."""

    allowed: bool
    limit: int
    remaining: int
    reset: int

    @property
    def headers(self) -> dict[str, str]:
        """The ``RateLimit`` fields of the IETF's draft; ``Retry-After`` for a request that was refused."""
        found = {
            "RateLimit-Policy": f'"default";q={self.limit};w=60',
            "RateLimit": f'"default";r={self.remaining};t={self.reset}',
        }
        return found if self.allowed else {**found, "Retry-After": str(self.reset)}


class RateLimits:
    """Counts requests within the last minute."""

    def __init__(self, per_minute: int) -> None:
        self._item = RateLimitItemPerMinute(per_minute)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def hit(self, *names: str) -> Allowance:
        """Counts a request of what ``names`` say: a key and a route, or an address."""
        allowed = self._limiter.hit(self._item, *names)
        reset, remaining = self._limiter.get_window_stats(self._item, *names)
        return Allowance(allowed, self._item.amount, remaining, max(1, ceil(reset - time())))
