"""What the HTTP API takes and answers."""

from typing import Annotated, Any

from pydantic import Field

from pytoon_pipeline.contracts.archetypes import Archetype
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.degradation import Degradation
from pytoon_pipeline.contracts.events import EventData
from pytoon_pipeline.contracts.render_results import ErrorInfo
from pytoon_pipeline.contracts.rendering import EngineName
from pytoon_pipeline.contracts.resolved_request import Origin
from pytoon_pipeline.contracts.spec.render_spec import Note
from pytoon_pipeline.contracts.upload_states import UploadState

# Bytes of an uploaded file.
MAX_UPLOAD = 4 << 30

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="the id of an upload, 64 hexadecimal digits")]


class UploadedFile(Record):
    """A file that the server has. Its ``id`` is its SHA-256, so the same file has the same id."""

    id: Sha256
    bytes: int


class UrlUpload(Record):
    """A file to fetch from a public address."""

    url: Annotated[str, Field(min_length=8, max_length=2048)]


class PresignRequest(Record):
    """A file that is going to be sent to the object store: its SHA-256 and its size."""

    id: Sha256
    bytes: Annotated[int, Field(ge=1, le=MAX_UPLOAD, description="the size of the file in bytes")]


class PresignedUpload(Record):
    """Where a file goes: ``PUT`` its content to ``url`` with exactly these ``headers``.

    ``expires`` is until when, in seconds since the epoch. Then ``POST`` to ``complete``, a path on this server, checks
    what has arrived and makes it an upload.
    """

    url: str
    headers: dict[str, str]
    expires: float
    complete: str


class RenderRequest(Record):
    """A video to render: ``files`` are ids of uploads by the names that the request uses.

    ``request`` is what a ``request.yaml`` holds. Without a list of media there, all files are shown, in name order.
    """

    title: str | None = Field(default=None, min_length=1, max_length=100, description="a title")
    files: dict[str, Sha256] = Field(default_factory=dict, max_length=100)
    request: dict[str, Any] = Field(default_factory=dict)


class Setting(Record):
    """A setting of the preset as a request decides it, and where its value comes from."""

    name: str
    value: Any
    origin: Origin


class RequestCheck(Record):
    """What a request decides: ``id`` is the render that it would be, and ``notes`` what a person should know."""

    id: str
    archetype: Archetype
    preset: str
    platform: str
    settings: tuple[Setting, ...]
    notes: tuple[Note, ...]


class RenderLinks(Record):
    """Paths on this server. ``qc`` is the report of quality control; ``files`` are those of the finished video by name.
    A held one has neither; who may release it finds its files under ``held``.
    """

    self: str
    qc: str | None = None
    files: dict[str, str] = Field(default_factory=dict)
    held: dict[str, str] = Field(default_factory=dict)


class SignedLink(Record):
    """A path on this server that needs no key until ``expires``, in seconds since the epoch."""

    url: str
    expires: int


class CheckRequest(Record):
    """A video to check: the id of an upload."""

    file: Sha256


class ReleaseRequest(Record):
    """Why a person delivers a held video."""

    reason: Annotated[str, Field(min_length=3, max_length=500, description="a sentence")]


class RegenerateRequest(Record):
    """Why a person wants another picture in place of a generated one."""

    reason: Annotated[str, Field(min_length=3, max_length=500, description="a sentence")]


class RenderSummary(Record):
    """A render in a list."""

    id: str
    name: str
    title: str
    status: UploadState
    version: int | None = None
    at: float
    reason: str | None = None


class Render(RenderSummary):
    """A render and its video. ``id`` is the key of the content and the request's variant and format.

    ``status`` is that of ``pytoon status``; ``at`` is when it last changed, in seconds since the epoch;
    ``progress`` is how far it is while it is rendered, and ``seconds_left`` about how long its segments still take.
    ``queued_seconds`` is how long it waited, ``engine`` what rendered the finished video; ``items`` are the ids of its
    files. A finished video stays finished when a later change of it fails; then ``failed_change`` says why.
    """

    progress: EventData | None = None
    seconds_left: float | None = None
    queued_seconds: float | None = None
    engine: EngineName | None = None
    attempts: int = 0
    items: tuple[str, ...] = ()
    score: float | None = None
    seconds: float | None = None
    degraded: Degradation | None = None
    notes: tuple[Note, ...] = ()
    error: ErrorInfo | None = None
    failed_change: ErrorInfo | None = None
    links: RenderLinks


class RenderList(Record):
    """Renders, the newest first. ``next`` is the cursor of the following page; null on the last."""

    renders: tuple[RenderSummary, ...]
    next: str | None = None


class Problem(Record):
    """An error as RFC 9457 describes it, with Pytoon's code, hint, category and the fields that it is about."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    hint: str
    category: str
    fields: tuple[str, ...] = ()
