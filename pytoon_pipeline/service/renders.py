"""Renders for programs: files by their content, requests as data, answers without paths of this machine."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path, PurePath
from types import MappingProxyType

from pytoon_pipeline.accounts.database import Accounts
from pytoon_pipeline.accounts.files import TenantFiles
from pytoon_pipeline.accounts.idempotency import IdempotencyKeys
from pytoon_pipeline.accounts.quotas import Quotas
from pytoon_pipeline.catalog.database import Database
from pytoon_pipeline.catalog.events import PROGRESS, Events
from pytoon_pipeline.catalog.finding import find_key_of
from pytoon_pipeline.catalog.listing import Filter, tenant_rows
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.config.own_brands import named_brand
from pytoon_pipeline.config.presets import load_limits, load_operations
from pytoon_pipeline.contracts.artifact import StoredFile
from pytoon_pipeline.contracts.errors import InvalidInput, PytoonError
from pytoon_pipeline.contracts.quality import QcReport
from pytoon_pipeline.contracts.renders import Render, RenderLinks, RenderList, RenderRequest, RenderSummary
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.contracts.results import UploadStatus
from pytoon_pipeline.contracts.status import DeliveryRecord, DeliveryState
from pytoon_pipeline.contracts.suggestions import ADVICE
from pytoon_pipeline.delivery.outbox import MANIFEST
from pytoon_pipeline.intake.folder import EDIT_PLAN_NAME, REQUEST_NAMES
from pytoon_pipeline.intake.ingest import IngestOutcome, ingest_in_steps
from pytoon_pipeline.intake.preflight import Preflight
from pytoon_pipeline.intake.uploads import Upload
from pytoon_pipeline.runtime.atomic import write_bytes
from pytoon_pipeline.runtime.files import printable_name
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.scratch import scratch_dir
from pytoon_pipeline.service import overview
from pytoon_pipeline.service.program_hints import for_programs
from pytoon_pipeline.service.quotas import admission, quotas_of
from pytoon_pipeline.service.render_times import queued_seconds, seconds_left
from pytoon_pipeline.service.retry import retry as continue_uploads
from pytoon_pipeline.service.runner import OpenRunRecords
from pytoon_pipeline.service.sources import RequestOptions
from pytoon_pipeline.service.status import upload_status
from pytoon_pipeline.store.fingerprint import hash_files, hash_value
from pytoon_pipeline.store.store import Store, run_to_end

MAX_NAME, MAX_PAGE = 120, 200
RESERVED = (*REQUEST_NAMES, EDIT_PLAN_NAME)
# Files that came with a request, by their SHA-256.
Arrived = Mapping[str, Path]
NOTHING: Arrived = MappingProxyType({})


@dataclass(frozen=True)
class Workplace:
    """Where the renders of a tenant are kept: all of the API's callers share the store, none the records.

    ``by`` is who asks, for the audit log.
    """

    home: Home
    store: Store
    accounts: Accounts
    tenant: str
    by: str

    @property
    def quotas(self) -> Quotas:
        return quotas_of(self.home, self.accounts, self.tenant, self.by)

    @property
    def files(self) -> TenantFiles:
        return TenantFiles(self.accounts, self.tenant, self.by)

    def keep(self, path: Path) -> StoredFile:
        """Moves a file into the store, as one of the tenant's. Raises ``InvalidInput`` when the tenant has no room."""
        try:
            self.files.check_room(path.stat().st_size)
        except InvalidInput:
            # What is there already needs no room.
            if not self.files.has(hash_files(path)):
                raise
        stored = self.store.adopt(path)
        self.files.add(stored)
        return stored

    def key(self, name: str) -> str:
        """The key of a render by its id or name. Raises ``InvalidInput`` for none, and for those of other tenants."""
        return find_key_of(self.home, self.tenant, name)


def submit_render(at: Workplace, wanted: RenderRequest, arrived: Arrived = NOTHING) -> tuple[str, IngestOutcome]:
    """Queues a video. Returns its key, and whether it is new. The same files and request give the same key.

    Files that ``arrived`` become uploads of the tenant with it, or nothing of them is kept. Raises ``InvalidInput`` for
    names that are no file names, for unknown files, and for whatever the request refuses; ``TransientError`` for a new
    render beyond the quota of the tenant.
    """
    with arranged(at, wanted, arrived) as upload, admission(at.quotas) as admitted:

        def admit(key: str, seconds: float) -> None:
            admitted.ask(key, seconds)
            _keep(at, arrived)

        steps = ingest_in_steps(
            at.home, at.store, upload, pending=True, preflight=preflight_of(at), admit=admit, tenant=at.tenant, by=at.by
        )
        source, outcome = run_to_end(steps)
        admitted.queued = outcome != "known"
        _keep(at, arrived)
    return source.key, outcome


@contextmanager
def arranged(at: Workplace, wanted: RenderRequest, arrived: Arrived = NOTHING) -> Iterator[Upload]:
    """The upload that a request describes, with its files in a folder while the block runs. Raises ``InvalidInput``."""
    with scratch_dir(at.home.work) as scratch:
        folder = scratch / "upload"
        folder.mkdir()
        for name, sha256 in wanted.files.items():
            place = folder / checked_name(name)
            os.link(arrived.get(sha256) or uploaded(at, sha256), place)
        if request := named_brand(at.home, at.tenant, wanted.request):
            write_bytes(folder / REQUEST_NAMES[-1], json.dumps(request).encode())
        with _without_paths(at.home.root):
            upload = RequestOptions().read(folder, "submit")
        title = wanted.title or next((PurePath(name).stem for name in wanted.files), "video")
        yield replace(upload, title=printable_name(title))


def preflight_of(at: Workplace) -> Preflight:
    """Checks the files of uploads."""
    return Preflight(at.store, load_limits(), load_operations().preflight_timeout_seconds)


def _keep(at: Workplace, arrived: Arrived) -> None:
    for path in arrived.values():
        # What is kept already has been moved.
        if path.exists():
            at.keep(path)


def submit_once(
    at: Workplace, wanted: RenderRequest, idempotency_key: str | None, arrived: Arrived = NOTHING
) -> tuple[str, IngestOutcome]:
    """``submit_render``; a request that is sent again under its key changes nothing, whatever has happened since.

    Raises ``InvalidInput`` for a key of another request.
    """
    if idempotency_key is None:
        return submit_render(at, wanted, arrived)
    known = IdempotencyKeys(at.accounts, at.tenant)
    if made := known.begin(idempotency_key, hash_value(wanted.model_dump(mode="json"))):
        return made, "known"
    try:
        key, outcome = submit_render(at, wanted, arrived)
    except PytoonError:
        known.cancel(idempotency_key)
        raise
    known.finish(idempotency_key, key)
    return key, outcome


@contextmanager
def _without_paths(folder: Path) -> Iterator[None]:
    """Errors of the block name no path of this machine: advice that does is for its own command line."""
    try:
        yield
    except InvalidInput as error:
        error.hint = ADVICE.join(one for one in error.hint.split(ADVICE) if str(folder.resolve()) not in one)
        raise


def checked_name(name: str) -> str:
    """A name that is a file name and nothing else. Raises ``InvalidInput``."""
    plain = name and PurePath(name).name == name and printable_name(name) == name and "\\" not in name
    if not plain or name.startswith(".") or len(name.encode()) > MAX_NAME or name in RESERVED:
        raise InvalidInput(
            "file_name",
            f"files: “{printable_name(name)[:40]}” cannot be the name of a file.",
            f"Use a plain name such as beach.jpg: up to {MAX_NAME} characters, no folders, and not request.json.",
        )
    return name


def uploaded(at: Workplace, sha256: str) -> Path:
    """The file of an upload. Raises ``InvalidInput`` for one that the tenant does not have."""
    file = at.store.find_file(sha256) if at.files.has(sha256) else None
    if file is None:
        message = f"files: there is no upload {sha256[:12]}…."
        raise InvalidInput("unknown_file", message, "Upload the file first: POST /v1/uploads")
    return at.store.path(file)


def render(at: Workplace, name: str) -> Render:
    """A render by its id or name. Raises ``InvalidInput`` for one that does not exist."""
    home, key = at.home, at.key(name)
    status, record = upload_status(home, key), Uploads(home).delivered(key)
    values = {name: getattr(status, name) for name in Render.model_fields if name in UploadStatus.model_fields}
    errors = {name: for_programs(one) for name in ("error", "failed_change") if (one := values[name]) is not None}
    finished = record if status.version is not None else None
    files = {} if finished is None else files_of(home, finished)
    here, place = f"/v1/renders/{key}", "held" if finished is not None and finished.held else "files"
    links: dict[str, object] = {"self": here, place: {one: f"{here}/{place}/{one}" for one in files}}
    if place == "files" and MANIFEST in files:
        links["qc"] = f"{here}/qc"
    events = Events(home).since_queued(key)
    waiting = status.status == "waiting"
    return Render(
        **{**values, **errors},
        id=key,
        progress=events[-1].data if waiting and events and events[-1].type == PROGRESS else None,
        seconds_left=seconds_left(events, Uploads(home).now()) if waiting else None,
        queued_seconds=queued_seconds(events),
        engine=None if finished is None else finished.engine,
        score=None if finished is None else finished.score,
        seconds=None if finished is None else finished.seconds,
        links=RenderLinks.model_validate(links),
    )


def files_of(home: Home, record: DeliveryRecord) -> dict[str, Path]:
    """The files of a finished video by name, those that are still there."""
    paths = (home.root / path for path in record.files)
    return {path.name: path for path in paths if path.is_file()}


@dataclass(frozen=True)
class Download:
    """A file of a finished video. Its name says when the video is degraded."""

    path: Path
    state: DeliveryState

    @property
    def name(self) -> str:
        path = self.path
        return path.name if self.state == "completed" else f"{path.stem}.{self.state}{path.suffix}"


def delivered_file(at: Workplace, name: str, file: str, *, held: bool = False) -> Download:
    """A file of a finished video, or of a ``held`` one for the person who decides about it.

    Raises ``InvalidInput`` when there is no such file, or when the video is held and its files were not asked for so.
    """
    record = Uploads(at.home).delivered(at.key(name))
    path = None if record is None or record.held is not held else files_of(at.home, record).get(file)
    if record is not None and path is not None:
        return Download(path, record.state)
    if record is not None and record.held and not held:
        message = "This video is held until a person releases it; its “reason” says why."
        raise InvalidInput("unknown_file", message, "A person who has seen it releases it on the server.")
    raise InvalidInput("unknown_file", "This render has no such file.", "Its “links” name the files that it has.")


def quality_report(at: Workplace, name: str) -> QcReport:
    """What quality control measured of a finished video, and its findings. Raises as ``delivered_file``."""
    manifest = json.loads(delivered_file(at, name, MANIFEST).path.read_bytes())
    return QcReport.model_validate(manifest["qc"])


def renders(at: Workplace, wanted: Filter, cursor: str | None, limit: int) -> RenderList:
    """A page of the renders that are wanted, the newest first, after the one that ``cursor`` names."""
    rows = overview.uploads(at.home, wanted.state, tenant_rows(Database(at.home), at.tenant, cursor, wanted))
    page = [
        RenderSummary(id=row["key"], **{name: row[name] for name in RenderSummary.model_fields if name != "id"})
        for row in islice(rows, min(limit, MAX_PAGE))
    ]
    more = next(rows, None) is not None
    return RenderList(renders=tuple(page), next=page[-1].id if page and more else None)


def retry(at: Workplace, name: str) -> str:
    """Queues a failed or cancelled render again. Returns its key. Raises ``InvalidInput`` for one to leave alone, and
    ``TransientError`` beyond the quota of the tenant.
    """
    key = at.key(name)
    seconds = Request.model_validate(Uploads(at.home).get(key).request).max_seconds
    with admission(at.quotas) as admitted:
        continue_uploads(at.home, [key], at.by, lambda: admitted.ask(key, seconds))
        admitted.queued = True
    return key


def cancel(at: Workplace, name: str, open_records: OpenRunRecords) -> str:
    """Takes a video out of the queue, and interrupts its run. Returns its key.

    What is finished stays in the store. Raises ``InvalidInput`` for one that neither waits nor is rendered. Either the
    video is cancelled or it is delivered, never both: the catalog decides.
    """
    key = at.key(name)
    # First, so that no other run of it starts.
    if not Uploads(at.home, at.by).cancel(key):
        message = "This render neither waits nor is in progress: it is being delivered, finished, failed or cancelled."
        raise InvalidInput("nothing_to_cancel", message, f"See its status at /v1/renders/{key}")
    with open_records(at.home) as records:
        records.cancel(key)
    return key
