"""Ingests uploads from an inbox, scan by scan. ``decide`` says what is due; this module does it."""

import logging
import math
import time
from collections.abc import Callable, Generator, Sequence, Set
from dataclasses import dataclass

from pytoon_pipeline.catalog.inbox_index import InboxIndex, Row
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.config.presets import load_limits
from pytoon_pipeline.contracts.errors import InvalidInput, TransientError
from pytoon_pipeline.contracts.media import SourceItem
from pytoon_pipeline.contracts.operations import Operations
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.intake.completeness import Completeness
from pytoon_pipeline.intake.decide import Candidate, Decision, candidates, decide
from pytoon_pipeline.intake.ingest import IngestOutcome, ingest_in_steps
from pytoon_pipeline.intake.listing import Inbox
from pytoon_pipeline.intake.notes import note_text, notes_due
from pytoon_pipeline.intake.outputs import by_output
from pytoon_pipeline.intake.preflight import Preflight
from pytoon_pipeline.intake.uploads import read_upload
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.scratch import scratch_dir
from pytoon_pipeline.store.opening import open_store

log = logging.getLogger("pytoon.inbox")

Steps = Generator[None, None, tuple[str, IngestOutcome]]


@dataclass(frozen=True)
class IngestReport:
    """The result of one scan.

    ``keys`` have new content or another request; ``rejected`` are names; ``waiting`` counts uploads that have not
    settled, are incomplete or come later. ``reasons`` says what some of these wait for.
    """

    keys: tuple[str, ...]
    rejected: tuple[str, ...]
    waiting: int
    reasons: tuple[str, ...] = ()


def pending_entries(home: Home, inbox: Inbox) -> tuple[str, ...]:
    """Names of entries that a scan would examine or forget, or whose note it would write or remove. Changes nothing.

    Raises ``TransientError`` when the inbox cannot be listed, which is not an empty inbox.
    """
    index = InboxIndex(home)
    found = candidates(inbox.entries(), index.ingested())
    due = decide(found, index.rows_besides(one.name for one in found), now=0.0, settled=-math.inf)
    examined = (one.name for one in (*due.ready, *due.watch))
    return tuple(dict.fromkeys((*examined, *due.forget, *(row.name for row in notes_due(Uploads(home), index)))))


class Ingester:
    """Scans an inbox repeatedly. A file that takes longer than one scan is continued in the next."""

    def __init__(
        self, home: Home, inbox: Inbox, operations: Operations, clock: Callable[[], float] = time.time
    ) -> None:
        self._home = home
        self._inbox = inbox
        self._operations = operations
        self._clock = clock
        self._store = open_store(home, operations.min_free_bytes)
        self._index = InboxIndex(home)
        self._completeness = Completeness(inbox, operations, self._store.work)
        self._started: dict[tuple[str, str], Steps] = {}

    @property
    def in_progress(self) -> bool:
        """Whether an upload is partly ingested. Only this object can continue it."""
        return bool(self._started)

    def scan(self) -> IngestReport:
        """Ingests uploads that have settled, for at most ``ingest_budget_seconds``.

        Raises ``TransientError`` when the inbox cannot be listed, which is not an empty inbox.
        """
        deadline = time.monotonic() + self._operations.ingest_budget_seconds
        found = candidates(self._inbox.entries(), self._index.ingested())
        rows = self._index.rows_besides(one.name for one in found)
        now = self._clock()
        decision = decide(found, rows, now, self._operations.inbox_settled_seconds)
        self._index.put(Row(one.name, one.etag, now, "seen") for one in decision.watch)
        self._index.forget(decision.forget)
        changed = [name for one in decision.watch if (name := one.name) in rows]
        for name in (*changed, *decision.forget):
            if rows[name].code:
                self._set_note(name, None)
        self._cancel_changed({(one.name, one.etag) for one in decision.ready})
        results = self._ingest_ready(decision, rows, deadline)
        self._update_notes()
        return IngestReport(
            keys=tuple(row.key or "" for row in results if row.state == "ingested"),
            rejected=tuple(row.name for row in results if row.state == "rejected"),
            waiting=sum(row.state == "seen" for row in self._index.not_ingested()),
            reasons=tuple(f"“{row.name}”: {row.message}" for row in results if row.state == "seen"),
        )

    def _ingest_ready(self, decision: Decision, rows: dict[str, Row], deadline: float) -> list[Row]:
        """Rows of what was ingested, rejected, or waits for something."""
        results = []
        # Each gets a share of the time, so that a huge file does not delay the others.
        share = self._operations.ingest_budget_seconds / max(1, len(decision.ready))
        for one in decision.ready:
            now = time.monotonic()
            row = self._process(one, rows[one.name], min(deadline, now + share)) if now < deadline else None
            if row is None:
                continue
            if row != rows[one.name]:
                self._index.put([row])
            if row.state == "rejected":
                self._set_note(row.name, note_text(row))
            results.append(row)
        return results

    def _cancel_changed(self, ready: Set[tuple[str, str]]) -> None:
        """Stops ingesting what has changed since it was started."""
        for name in self._started.keys() - ready:
            self._started.pop(name).close()

    def _process(self, one: Candidate, row: Row, deadline: float) -> Row | None:
        """The row of a candidate that was ingested or rejected, or waits; ``None`` when it takes longer.

        A read error affects this candidate alone.
        """
        try:
            if reason := self._completeness.missing(one, self._clock() - row.since):
                return row._replace(message=reason)
            return self._continue(one, row._replace(message=None), deadline)
        except (TransientError, OSError) as error:
            log.warning("not ingested", extra={"event": "not_ingested", "upload": one.name, "reason": str(error)[:200]})
            return None

    def _continue(self, one: Candidate, row: Row, deadline: float) -> Row | None:
        """The row of a candidate that was ingested or rejected; ``None`` when it takes longer."""
        name = (one.name, one.etag)
        steps = self._started.setdefault(name, self._steps(one))
        try:
            next(steps)
            while time.monotonic() < deadline:
                next(steps)
        except StopIteration as done:
            key, outcome = done.value
            log.info("ingested", extra={"event": "ingested", "key": key, "upload": one.name, "outcome": outcome})
            del self._started[name]
            return row._replace(state="ingested", key=key)
        except InvalidInput as error:
            log.info("rejected", extra={"event": "rejected", "upload": one.name, "code": error.code})
            del self._started[name]
            return row._replace(state="rejected", code=error.code, message=error.message, hint=error.hint)
        except (TransientError, OSError):
            # The next scan may succeed; the row stays as it is.
            del self._started[name]
            raise
        return None

    def _steps(self, one: Candidate) -> Steps:
        self._store.ensure_free_space(one.bytes)
        with scratch_dir(self._store.work) as scratch:
            path = self._inbox.local_copy(one.name, scratch)
            for subtitles in () if one.folder else one.files[1:]:
                self._inbox.local_copy(subtitles, scratch)
            found = []
            for output in by_output(read_upload(path)):
                ingested = yield from ingest_in_steps(
                    self._home, self._store, output, pending=True, preflight=self._preflight
                )
                found.append(ingested)
        (first, _), outcomes = found[0], [outcome for _, outcome in found]
        return first.key, next((one for one in outcomes if one != "known"), "known")

    def _preflight(self, request: Request, items: Sequence[SourceItem]) -> Generator[None, None, None]:
        """Refuses immediately what the run would refuse. What takes too long to check is left to the run."""
        try:
            yield from Preflight(self._store, load_limits(), self._operations.preflight_timeout_seconds)(request, items)
        except TransientError as error:
            log.warning("no preflight", extra={"event": "no_preflight", "reason": str(error)[:200]})

    def _set_note(self, name: str, text: str | None) -> None:
        """Writes or removes the note beside an upload. Where that fails, the UI still shows the reason."""
        try:
            self._inbox.write_note(name, text)
        except (OSError, TransientError) as error:
            log.warning("no note", extra={"event": "no_note", "upload": name, "reason": str(error)[:200]})

    def _update_notes(self) -> None:
        """Keeps the notes beside uploads consistent with the results of their runs."""
        for row in list(notes_due(Uploads(self._home), self._index)):
            self._set_note(row.name, note_text(row) if row.code else None)
            self._index.put([row])
