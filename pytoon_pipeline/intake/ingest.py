"""Taking uploads out of the inbox: a thin shell around ``planning/intake.py``, without Dagster."""

import logging
import math
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pytoon_pipeline.catalog.inbox_index import InboxIndex, Row
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.config.presets import load_limits
from pytoon_pipeline.contracts.errors import InvalidInput, TransientError
from pytoon_pipeline.contracts.media import SourceItem
from pytoon_pipeline.contracts.operations import Operations
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.intake.decide import ASKING, Candidate, candidates, decide
from pytoon_pipeline.intake.inbox import Inbox
from pytoon_pipeline.intake.preflight import Preflight
from pytoon_pipeline.intake.register import IngestOutcome, ingest_in_steps
from pytoon_pipeline.intake.uploads import read_upload
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.scratch import scratch_dir
from pytoon_pipeline.store.store import Store

# So many names are enough to know what is missing.
SHOWN = 5

log = logging.getLogger("pytoon.inbox")

Taking = Generator[None, None, tuple[str, IngestOutcome]]


@dataclass(frozen=True)
class IngestReport:
    """What one look at the inbox gave: keys with new content or another request, names that were rejected, and how
    many have not settled or wait for their turn; ``lacking`` says of some of them what they wait for.
    """

    keys: tuple[str, ...]
    rejected: tuple[str, ...]
    waiting: int
    lacking: tuple[str, ...] = ()


def to_do(home: Home, inbox: Inbox) -> int:
    """How many uploads are to be looked at, and notes to be written or taken away. Changes nothing.

    Raises ``TransientError`` when the inbox cannot be listed: that is no empty inbox.
    """
    rows = InboxIndex(home.intake).rows()
    found = decide(candidates(inbox.entries()), rows, now=0.0, settled=-math.inf)
    return len(found.watch) + len(found.ready) + len(found.forget) + sum(1 for _ in _notes_due(Uploads(home), rows))


class Ingester:
    """Looks into an inbox again and again. What takes longer than one look is gone on with in the next."""

    def __init__(
        self, home: Home, inbox: Inbox, operations: Operations, clock: Callable[[], float] = time.time
    ) -> None:
        self._home = home
        self._inbox = inbox
        self._operations = operations
        self._clock = clock
        self._store = Store(home.store, home.work, operations.min_free_bytes)
        self._index = InboxIndex(home.intake)
        self._begun: dict[tuple[str, str], Taking] = {}

    @property
    def busy(self) -> bool:
        """Whether something is being taken that takes longer than the last look: only this receiver can go on."""
        return bool(self._begun)

    def look(self) -> IngestReport:
        """Takes what has settled, for at most ``ingest_budget_seconds``.

        Raises ``TransientError`` when the inbox cannot be listed: that is no empty inbox.
        """
        until = time.monotonic() + self._operations.ingest_budget_seconds
        found = candidates(self._inbox.entries())
        rows = self._index.rows()
        now = self._clock()
        decision = decide(found, rows, now, self._operations.inbox_settled_seconds)
        self._index.put(Row(one.name, one.etag, now, "seen") for one in decision.watch)
        self._index.forget(decision.forget)
        for one in decision.watch:
            if (before := rows.get(one.name)) and before.code:
                self._beside(one.name, None)
        for name in decision.forget:
            if rows[name].code:
                self._beside(name, None)
        self._give_up({(one.name, one.etag) for one in decision.ready})
        keys: list[str] = []
        rejected: list[str] = []
        told: list[str] = []
        # Each gets its share of the time: a huge file does not keep the others waiting.
        share = self._operations.ingest_budget_seconds / max(1, len(decision.ready))
        for one in decision.ready:
            now = time.monotonic()
            row = self._looked_at(one, rows[one.name], min(until, now + share)) if now < until else None
            if row is None:
                continue
            if row != rows[one.name]:
                self._index.put([row])
            if row.state == "seen":
                told.append(f"“{row.name}”: {row.message}")
            elif row.state == "rejected":
                rejected.append(row.name)
                self._beside(row.name, _note(row.message or "", row.hint or ""))
            else:
                keys.append(row.key or "")
        self._tell_failures()
        waiting = sum(row.state == "seen" for row in self._index.not_ingested())
        return IngestReport(tuple(keys), tuple(rejected), waiting, tuple(told))

    def _give_up(self, ready: Set[tuple[str, str]]) -> None:
        """Ends the taking of what has changed meanwhile."""
        for name in self._begun.keys() - ready:
            self._begun.pop(name).close()

    def _looked_at(self, one: Candidate, row: Row, until: float) -> Row | None:
        """The row of what was taken or rejected, or of what waits for something; none when it takes longer.

        What cannot be read now harms itself alone.
        """
        try:
            if waits_for := self._waits_for(one, row.since):
                return row._replace(message=waits_for)
            return self._ingested(one, row._replace(message=None), until)
        except (TransientError, OSError) as error:
            log.warning("not taken", extra={"event": "not_taken", "upload": one.name, "reason": str(error)[:200]})
            return None

    def _waits_for(self, one: Candidate, since: float) -> str | None:
        """What it waits for: that nobody writes it any more, and that all is there that it names. Patience has an end,
        sooner where nothing in the folder tells that more is to come.
        """
        if written := [name for name in one.files if self._inbox.being_written(name)]:
            return f"Waiting for {_names(written)} to be written."
        waited = self._clock() - since
        if waited >= self._operations.incomplete_folder_timeout_seconds:
            return None
        lacking = self._lacking(one)
        if lacking and (waited < self._operations.missing_file_timeout_seconds or self._inbox.unfinished(one.name)):
            return f"Waiting for {_names(lacking)}."
        return None

    def _lacking(self, one: Candidate) -> list[str]:
        """Files that it names and that are not there."""
        if not one.asks:
            return [ASKING[0] if one.folder else f"{PurePosixPath(one.name).stem}.mp4 or .mov"]
        if not one.folder:
            return []
        with scratch_dir(self._store.work) as scratch:
            folder = self._inbox.local_copy(one.name, scratch, ASKING)
            try:
                files = read_upload(folder).files
            except InvalidInput as error:
                # A request that is not valid lacks nothing; one whose edit plan is still to come does.
                return ["its edit plan"] if error.code == "file_missing" else []
            root = folder.resolve()
            return [path.name for path, _ in files
                    if not path.exists() and _below(root, path, one.name) not in one.files]  # fmt: skip

    def _ingested(self, one: Candidate, row: Row, until: float) -> Row | None:
        """The row of what was taken or rejected; none when it takes longer."""
        name = (one.name, one.etag)
        work = self._begun.setdefault(name, self._ingest_in_steps(one))
        try:
            next(work)
            while time.monotonic() < until:
                next(work)
        except StopIteration as done:
            key, news = done.value
            log.info("taken", extra={"event": "taken", "key": key, "upload": one.name, "news": news})
            del self._begun[name]
            return row._replace(state="taken", key=key)
        except InvalidInput as error:
            log.info("rejected", extra={"event": "rejected", "upload": one.name, "code": error.code})
            del self._begun[name]
            return row._replace(state="rejected", code=error.code, message=error.message, hint=error.hint)
        except (TransientError, OSError):
            # It may work the next time; the row stays as it is.
            del self._begun[name]
            raise
        return None

    def _ingest_in_steps(self, one: Candidate) -> Taking:
        self._store.ensure_free_space(one.bytes)
        with scratch_dir(self._store.work) as scratch:
            path = self._inbox.local_copy(one.name, scratch)
            for beside in () if one.folder else one.files[1:]:
                self._inbox.local_copy(beside, scratch)
            upload = read_upload(path)
            given, news = yield from ingest_in_steps(
                self._home, self._store, upload, pending=True, examine=self._examining
            )
        return given.key, news

    def _examining(self, request: Request, items: Sequence[SourceItem]) -> Generator[None, None, None]:
        """Refuses at once what its run would refuse. What takes too long to look at is left to the run."""
        try:
            yield from Preflight(self._store, load_limits(), self._operations.preflight_timeout_seconds)(request, items)
        except TransientError as fault:
            log.warning("not looked at", extra={"event": "not_looked_at", "reason": str(fault)[:200]})

    def _beside(self, name: str, text: str | None) -> None:
        """Keeps the note beside an upload. One that cannot be written there is still in the UI."""
        try:
            self._inbox.write_note(name, text)
        except (OSError, TransientError) as error:
            log.warning("no note", extra={"event": "no_note", "upload": name, "reason": str(error)[:200]})

    def _tell_failures(self) -> None:
        """Keeps the notes beside uploads in step with what runs say of them."""
        for row in list(_notes_due(Uploads(self._home), self._index.rows())):
            self._beside(row.name, _note(row.message or "", row.hint or "") if row.code else None)
            self._index.put([row])


def _notes_due(uploads: Uploads, rows: Mapping[str, Row]) -> Iterator[Row]:
    """Rows of what was taken, as they should be: with the failure of their key when the upload is to blame for it."""
    bad = {key: failure for key in uploads.failing()
           if (failure := uploads.failure(key)) and failure.category == "invalid_input"}  # fmt: skip
    for row in rows.values():
        if row.state == "taken" and (row.code or row.key in bad):
            failure = bad.get(row.key or "")
            said = (failure.code, failure.message, failure.hint) if failure else (None, None, None)
            if said[0] != row.code:
                yield row._replace(code=said[0], message=said[1], hint=said[2])


def _below(root: Path, path: Path, name: str) -> str:
    """The name in the listing of a file that a request names."""
    return f"{name}/{path.relative_to(root).as_posix()}" if path.is_relative_to(root) else ""


def _names(names: Sequence[str]) -> str:
    return ", ".join(f"“{PurePosixPath(name).name[:80]}”" for name in names[:SHOWN]) + (
        "…" if len(names) > SHOWN else ""
    )


def _note(message: str, hint: str) -> str:
    return f"{message}\n{hint}\n\nPut a mended file in its place, and it is looked at again.\n"
