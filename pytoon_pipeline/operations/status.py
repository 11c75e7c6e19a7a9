"""The status report for people: what failed, is stuck, was delivered degraded, is held, or was rejected."""

import time
from dataclasses import dataclass

from pytoon_pipeline.catalog.inbox_index import InboxIndex
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.operations import Operations
from pytoon_pipeline.operations.retries import GaveUp, next_retry_at
from pytoon_pipeline.reporting.markdown import cell
from pytoon_pipeline.runtime.home import Home

# Rows of one table; longer tables end with the number of the others.
MAX_ROWS = 100


@dataclass(frozen=True)
class Line:
    """One row: the key, “–” for what never became an upload; its title, or its name in the inbox; code and message."""

    key: str
    title: str
    code: str
    message: str


@dataclass(frozen=True)
class StatusReport:
    """What needs attention.

    ``failed`` is not retried automatically, ``retried`` is; ``stuck`` has waited longer than any video takes; ``held``
    waits for a person's decision; ``rejected`` is in the inbox.
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
        """Whether nothing failed for good and nothing is stuck."""
        return not self.failed and not self.stuck

    def as_markdown(self) -> str:
        """One table for each list that is not empty."""
        tables = (
            ("Failed", self.failed),
            ("Retried automatically", self.retried),
            ("Stuck", self.stuck),
            ("Delivered degraded", self.degraded),
            ("Held until a person releases them", self.held),
            ("Rejected in the inbox", self.rejected),
        )
        return "\n\n".join(_table(title, lines) for title, lines in tables if lines) or "Nothing needs attention."


def status_report(home: Home, operations: Operations) -> StatusReport:
    """Reads the status of all keys and of the inbox."""
    uploads = Uploads(home)
    failed, retried = _failures(uploads)
    return StatusReport(
        failed=failed,
        retried=retried,
        stuck=_stuck(uploads, operations.stuck_seconds),
        degraded=tuple(_degraded(uploads, key) for key in uploads.degraded()),
        held=tuple(_degraded(uploads, key) for key in uploads.held()),
        rejected=tuple(
            Line(row.key or "–", row.name, row.code or "", f"{row.message} {row.hint}")
            for row in InboxIndex(home.intake).rejected()
            if row.state == "rejected"
        ),
    )


def _failures(uploads: Uploads) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """Keys whose last run failed: those that are not retried any more, and those that are."""
    failed: list[Line] = []
    retried: list[Line] = []
    for key in uploads.failing():
        if failure := uploads.failure(key):
            line = Line(key, _title(uploads, key), failure.code, f"{failure.message} {failure.hint}")
            (failed if isinstance(next_retry_at(failure), GaveUp) else retried).append(line)
    return tuple(failed), tuple(retried)


def _stuck(uploads: Uploads, stuck_seconds: float) -> tuple[Line, ...]:
    now = time.time()
    return tuple(
        Line(key, _title(uploads, key), "stuck", f"It has been waiting for {(now - since) / 60:.0f} min.")
        for key, since in uploads.pending().items()
        if now - since > stuck_seconds and uploads.failure(key) is None
    )


def _degraded(uploads: Uploads, key: str) -> Line:
    """Why the video of a key is degraded; for a held one, also where it is and how to deliver it."""
    record = uploads.delivered(key)
    reasons = record.degraded.reasons if record is not None and record.degraded is not None else ()
    message = " ".join(dict.fromkeys(reason.message for reason in reasons))
    if record is not None and record.held:
        message += f" The video is in “{record.video}”; “pytoon release {key}” delivers it."
    return Line(key, _title(uploads, key), ", ".join(dict.fromkeys(reason.code for reason in reasons)), message)


def _title(uploads: Uploads, key: str) -> str:
    upload = uploads.find(key)
    return upload.title if upload else "–"


def _table(title: str, lines: tuple[Line, ...]) -> str:
    rows = [
        f"| {cell(line.title)} | {line.code} | {cell(line.message)} | {cell(line.key)} |" for line in lines[:MAX_ROWS]
    ]
    more = [f"\n… and {len(lines) - MAX_ROWS} more"] if len(lines) > MAX_ROWS else []
    header = [f"**{title}: {len(lines)}**\n", "| title | code | message | key |", "|---|---|---|---|"]
    return "\n".join([*header, *rows, *more])
