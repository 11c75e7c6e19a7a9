"""How all keys stand: what failed, what is stuck, what was delivered degraded, what is held, what was rejected. For
people.
"""

import time
from dataclasses import dataclass

from pytoon_pipeline.catalog.inbox_index import InboxIndex
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.operations import Operations
from pytoon_pipeline.operations.retries import GaveUp, next_retry_at
from pytoon_pipeline.reporting.markdown import cell
from pytoon_pipeline.runtime.home import Home

# Tables for people have an end.
MAX_ROWS = 100


@dataclass(frozen=True)
class Line:
    """A key, or none for what never became an upload; its title, or name in the inbox; what is to be said of it."""

    key: str
    title: str
    code: str
    said: str


@dataclass(frozen=True)
class StatusReport:
    """``failed`` will not be tried again by itself; ``stuck`` waits for longer than any video takes; ``held`` waits for
    a person's decision.
    """

    failed: tuple[Line, ...]
    retried: tuple[Line, ...]
    stuck: tuple[Line, ...]
    degraded: tuple[Line, ...]
    held: tuple[Line, ...]
    rejected: tuple[Line, ...]

    @property
    def parts(self) -> tuple[tuple[Line, ...], ...]:
        return self.failed, self.retried, self.stuck, self.degraded, self.held, self.rejected

    @property
    def well(self) -> bool:
        return not self.failed and not self.stuck

    def as_markdown(self) -> str:
        tables = (
            ("Failed", self.failed), ("Tried again by itself", self.retried), ("Stuck", self.stuck),
            ("Delivered degraded", self.degraded), ("Held until a person releases them", self.held),
            ("Rejected in the inbox", self.rejected),
        )  # fmt: skip
        return "\n\n".join(_table(head, lines) for head, lines in tables if lines) or "All is well."


def status_report(home: Home, operations: Operations) -> StatusReport:
    """Reads how all keys stand."""
    uploads, now = Uploads(home), time.time()
    failed: list[Line] = []
    retried: list[Line] = []
    for key in uploads.failing():
        if failure := uploads.failure(key):
            when = next_retry_at(failure)
            line = Line(key, _title(uploads, key), failure.code, f"{failure.message} {failure.hint}")
            (failed if isinstance(when, GaveUp) else retried).append(line)
    stuck = [
        Line(key, _title(uploads, key), "stuck", f"waiting for {(now - since) / 60:.0f} minutes")
        for key, since in uploads.pending().items()
        if now - since > operations.stuck_seconds and uploads.failure(key) is None
    ]
    degraded = [_degraded(uploads, key) for key in uploads.degraded()]
    held = [_degraded(uploads, key) for key in uploads.held()]
    rejected = [
        Line(row.key or "–", row.name, row.code or "", f"{row.message} {row.hint}")
        for row in InboxIndex(home.intake).rejected()
        if row.state == "rejected"
    ]
    return StatusReport(tuple(failed), tuple(retried), tuple(stuck), tuple(degraded), tuple(held), tuple(rejected))


def _degraded(uploads: Uploads, key: str) -> Line:
    """Why the video of a key is not what was asked for; what is held says how to deliver it, too."""
    record = uploads.delivered(key)
    reasons = record.degraded.reasons if record is not None and record.degraded is not None else ()
    said = " ".join(dict.fromkeys(reason.message for reason in reasons))
    if record is not None and record.held:
        said += f" It lies in “{record.video}”; “pytoon release {key}” delivers it."
    return Line(key, _title(uploads, key), ", ".join(dict.fromkeys(reason.code for reason in reasons)), said)


def _title(uploads: Uploads, key: str) -> str:
    upload = uploads.find(key)
    return upload.title if upload else "–"


def _table(head: str, lines: tuple[Line, ...]) -> str:
    rows = [f"| {cell(line.title)} | {line.code} | {cell(line.said)} | {cell(line.key)} |" for line in lines[:MAX_ROWS]]
    more = [f"\n… and {len(lines) - MAX_ROWS} more"] if len(lines) > MAX_ROWS else []
    return "\n".join(
        [f"**{head}: {len(lines)}**\n", "| title | code | what | key |", "|---|---|---|---|", *rows, *more]
    )
