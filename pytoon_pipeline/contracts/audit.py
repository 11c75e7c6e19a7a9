"""The audit log: who changed what, and when. Each line has the digest of the one before, so no line can be changed,
removed or added between others without a trace.

A line holds ids only: no content, no name, no secret. What an id of an upload means is kept beside the upload itself
and goes with it, so erasure leaves the lines as they are.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import Literal

from pydantic import Field

from pytoon_pipeline.contracts.base import Record

# Each database has a chain of its own, because a line is written in the transaction of the change.
Chain = Literal["accounts", "catalog"]
Action = Literal[
    "key.created",
    "key.revoked",
    "quota.set",
    "brand.put",
    "brand.deleted",
    "user.added",
    "user.removed",
    "user.signed_in",
    "upload.added",
    "upload.erased",
    "webhook.created",
    "webhook.deleted",
    "webhook.secret_made",
    "webhook.replayed",
    "tenant.exported",
    "render.queued",
    "render.cancelled",
    "render.retried",
    "render.released",
    "render.erased",
]
# What the first line has in place of the digest of the one before.
START = "0" * 64
# Who made a change that nobody asked for by key or in a shell.
SYSTEM = "pytoon"


class AuditLine(Record):
    """A change. ``actor`` is the id of a key or user, or ``shell:`` and a user of the machine; ``at`` is in seconds
    since the epoch.

    ``subject`` is a number by chance of an upload or render, or the id of a key, user,
    webhook or tenant. ``object`` is the
    upload or render that it means, while it exists; the digest does not cover it.
    """

    chain: Chain
    seq: int
    at: float
    tenant: str
    actor: str
    action: Action
    subject: str
    previous: str
    digest: str
    object: str | None = None

    def computed_digest(self) -> str:
        """SHA-256 of the line, with the digest of the one before, as canonical JSON."""
        values = self.model_dump(mode="json", exclude={"digest", "object"})
        return hashlib.sha256(json.dumps(values, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


class AuditList(Record):
    """Lines in the order of time. ``next`` is the cursor of the following page; null on the last."""

    lines: tuple[AuditLine, ...]
    next: str | None = None


class ChainState(Record):
    """A chain that was verified: ``head`` is the digest of its last right line."""

    chain: Chain
    lines: int
    head: str = START
    broken: int | None = Field(default=None, description="the number of the first line that is not as it was written")


class AuditResult(Record):
    """The answer of ``pytoon audit verify``."""

    ok: bool
    chains: tuple[ChainState, ...]


def next_line(
    last: tuple[int, float, str] | None, chain: Chain, now: float, tenant: str, actor: str, action: Action, subject: str
) -> AuditLine:
    """The line after the ``last`` one (its number, time and digest), and never earlier than that."""
    seq, earliest, previous = last if last is not None else (0, 0.0, START)
    line = AuditLine(
        chain=chain, seq=seq + 1, at=max(round(now, 3), earliest), tenant=tenant, actor=actor,
        action=action, subject=subject, previous=previous, digest="",
    )  # fmt: skip
    return line.model_copy(update={"digest": line.computed_digest()})


def verified(chain: Chain, lines: Iterable[AuditLine]) -> ChainState:
    """The state of a chain whose ``lines`` are in order; of a broken one, what is before the first wrong line."""
    count, head = 0, START
    for line in lines:
        if (line.seq, line.previous, line.digest) != (count + 1, head, line.computed_digest()):
            return ChainState(chain=chain, lines=count, head=head, broken=count + 1)
        count, head = line.seq, line.digest
    return ChainState(chain=chain, lines=count, head=head)
