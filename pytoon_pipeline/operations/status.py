"""The status report for people: what failed, is stuck, was stopped or delivered degraded, is held, or was rejected."""

from collections.abc import Mapping
from dataclasses import dataclass

from pytoon_pipeline.catalog.inbox_index import InboxIndex
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.operations import Operations
from pytoon_pipeline.contracts.status import DeliveryRecord, FailureRecord
from pytoon_pipeline.operations.retries import GaveUp, next_retry_at
from pytoon_pipeline.runtime.home import Home


@dataclass(frozen=True)
class Line:
    """One row: key and name, “–” for what never became an upload; its title, or name in the inbox; code and message.

    ``at`` is when it came to this, in seconds since the epoch.
    """

    key: str
    name: str
    title: str
    code: str
    message: str
    at: float = 0.0


@dataclass(frozen=True)
class StatusReport:
    """What needs attention.

    ``failed`` is not retried automatically, ``retried`` is; ``stuck`` has waited longer than any video takes; a person
    stopped the run of what is ``stopped``; ``held`` waits for a person's decision; ``rejected`` is in the inbox.
    """

    failed: tuple[Line, ...] = ()
    retried: tuple[Line, ...] = ()
    stuck: tuple[Line, ...] = ()
    stopped: tuple[Line, ...] = ()
    degraded: tuple[Line, ...] = ()
    held: tuple[Line, ...] = ()
    rejected: tuple[Line, ...] = ()

    @property
    def parts(self) -> tuple[tuple[Line, ...], ...]:
        return self.failed, self.retried, self.stuck, self.stopped, self.degraded, self.held, self.rejected

    @property
    def waiting_for_a_person(self) -> tuple[Line, ...]:
        """What does not continue until somebody acts, the most urgent first."""
        return (*self.failed, *self.stuck, *self.held, *self.rejected)


def status_report(home: Home, operations: Operations) -> StatusReport:
    """Reads the status of all keys and of the inbox."""
    uploads = Uploads(home)
    lines = _Lines(uploads.names(), uploads.titles())
    failures = uploads.failures()
    failed, retried = _failures(lines, failures)
    return StatusReport(
        failed=failed,
        retried=retried,
        stuck=_stuck(lines, uploads, failures, operations.stuck_seconds),
        stopped=tuple(_stopped(lines, key) for key in sorted(uploads.stopped())),
        degraded=tuple(_degraded(lines, key, uploads.delivered(key)) for key in uploads.degraded()),
        held=tuple(_degraded(lines, key, uploads.delivered(key)) for key in uploads.held()),
        rejected=tuple(
            Line(row.key or "–", "–", row.name, row.code or "", f"{row.message} {row.hint}", row.since)
            for row in InboxIndex(home).rejected()
            if row.state == "rejected"
        ),
    )


@dataclass(frozen=True)
class _Lines:
    """Makes the lines of keys. ``names`` and ``titles`` are those of all keys."""

    names: Mapping[str, str]
    titles: Mapping[str, str]

    def of(self, key: str, code: str, message: str, at: float = 0.0) -> Line:
        return Line(key, self.names.get(key, "–"), self.titles.get(key, "–"), code, message, at)


def _failures(lines: _Lines, failures: Mapping[str, FailureRecord]) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """Keys whose last run failed: those that are not retried any more, and those that are."""
    failed: list[Line] = []
    retried: list[Line] = []
    for key, failure in failures.items():
        line = lines.of(key, failure.code, f"{failure.message} {failure.hint}", failure.at)
        (failed if isinstance(next_retry_at(failure), GaveUp) else retried).append(line)
    return tuple(failed), tuple(retried)


def _stuck(
    lines: _Lines, uploads: Uploads, failures: Mapping[str, FailureRecord], stuck_seconds: float
) -> tuple[Line, ...]:
    now = uploads.now()
    return tuple(
        lines.of(key, "stuck", f"It has been waiting for {(now - since) / 60:.0f} min.", since)
        for key, since in uploads.pending().items()
        if now - since > stuck_seconds and key not in failures
    )


def _stopped(lines: _Lines, key: str) -> Line:
    return lines.of(key, "stopped", f"A person stopped its run. “pytoon retry {lines.names[key]}” continues it.")


def _degraded(lines: _Lines, key: str, record: DeliveryRecord | None) -> Line:
    """Why the video of a key is degraded; for a held one, also where it is and how to deliver it."""
    reasons = record.degraded.reasons if record is not None and record.degraded is not None else ()
    message = " ".join(dict.fromkeys(reason.message for reason in reasons))
    if record is not None and record.held:
        name = lines.names.get(key, key)
        message += f" The video is in “{record.video}”; “pytoon release {name}” delivers it."
    codes = ", ".join(dict.fromkeys(reason.code for reason in reasons))
    return lines.of(key, codes, message.strip(), record.at if record is not None else 0.0)
