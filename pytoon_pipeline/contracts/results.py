"""Answers of the use cases: what ``--json`` prints and an API returns. Paths are absolute, times in seconds."""

from typing import Literal

from pytoon_pipeline.contracts.access import KeysResult, NewKeyResult
from pytoon_pipeline.contracts.attempt import Attempt
from pytoon_pipeline.contracts.audit import AuditResult
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.conformance import ConformanceResult
from pytoon_pipeline.contracts.degradation import Degradation, Release
from pytoon_pipeline.contracts.manifest import Remade
from pytoon_pipeline.contracts.preset_results import PresetResult, PresetsResult
from pytoon_pipeline.contracts.provenance import ItemRecord
from pytoon_pipeline.contracts.quality import QcReport
from pytoon_pipeline.contracts.render_results import ErrorInfo, RenderResult
from pytoon_pipeline.contracts.spec.render_spec import Note
from pytoon_pipeline.contracts.status import DeliveryState
from pytoon_pipeline.contracts.transcript_results import TranscriptResult
from pytoon_pipeline.contracts.upload_states import UploadState

Automation = Literal["running", "sensor_off", "not_running"]


class ErrorResult(Record):
    """The answer of a command that failed before it had a result."""

    error: ErrorInfo


class UploadStatus(Record):
    """The status of one upload; ``name`` is what commands accept for it.

    ``key`` is null when an upload in the inbox was found by its title. ``version`` is the current one, ``at`` is when
    the status last changed. ``reason`` explains the status in one sentence. ``attempt_history`` has the attempts at the
    present request. ``held`` is the path of a video that waits for a person's decision, ``post`` that of the texts to
    post with the video. A finished video stays finished when a later change fails; then ``failed_change`` says why.
    """

    key: str | None
    name: str
    title: str
    status: UploadState
    version: int | None = None
    at: float
    reason: str | None = None
    attempts: int = 0
    attempt_history: tuple[Attempt, ...] = ()
    items: tuple[str, ...] = ()
    video: str | None = None
    held: str | None = None
    post: str | None = None
    degraded: Degradation | None = None
    released: Release | None = None
    notes: tuple[Note, ...] = ()
    failed_change: ErrorInfo | None = None
    error: ErrorInfo | None = None


class Change(Record):
    """A field of the request, or a file, that differs between two versions: its value ``before`` and ``after``."""

    field: str
    before: object
    after: object


class Version(Record):
    """One version of a video. ``changes`` are those against the version before; paths are null for missing files."""

    version: int
    current: bool
    status: DeliveryState
    at: float
    preset: str
    seconds: float | None = None
    score: float | None = None
    changes: tuple[Change, ...] = ()
    video: str | None = None
    folder: str | None = None


class HistoryResult(Record):
    """The answer of ``pytoon history``: all versions of a video, the first one first."""

    key: str
    name: str
    title: str
    versions: tuple[Version, ...]


class OpenResult(Record):
    """The answer of ``pytoon open``: the file or folder, and whether a program was found that shows it."""

    path: str
    opened: bool


class RetryResult(Record):
    """The answer of ``pytoon retry``: the uploads that are queued again."""

    keys: tuple[str, ...]
    names: tuple[str, ...]


class RemoveResult(Record):
    """The answer of ``pytoon remove``: how many versions of the video there were, and what left the store.

    ``remaining`` are folders with files that a person changed or added.
    """

    key: str
    name: str
    title: str
    versions: int
    files: int
    bytes_freed: int
    remaining: tuple[str, ...] = ()


class ForgetResult(Record):
    """The answer of ``pytoon forget``: how many renders are erased, and what left the store.

    ``remaining`` are names in an inbox that is not Pytoon's own: a person erases these.
    """

    renders: int
    files: int
    bytes_freed: int
    remaining: tuple[str, ...] = ()


class InboxStatus(Record):
    """A file or folder in the inbox that did not become an upload: incomplete (``waiting``) or rejected."""

    name: str
    status: Literal["waiting", "rejected"]
    waiting_for: str | None = None
    error: ErrorInfo | None = None


class StatusResult(Record):
    """The answer of ``pytoon status`` without a name, or with several: uploads, the newest first, and the inbox."""

    uploads: tuple[UploadStatus, ...]
    inbox: tuple[InboxStatus, ...]


class SubmitResult(Record):
    """The answer of ``pytoon submit``: for each path the key, the title and the name in the inbox.

    ``automation`` says whether anything takes them from there; *sensor_off*: a daemon runs, without the sensor.
    """

    keys: tuple[str, ...]
    titles: tuple[str, ...]
    inbox: tuple[str, ...]
    automation: Automation = "not_running"


class GenerateResult(Record):
    """The answer of ``pytoon generate``: the file and what it was generated from."""

    file: str
    generator: str
    model: str
    prompt: str
    seed: int


class RemakeResult(Remade):
    """The answer of ``pytoon remake``; ``error`` is set when the packets differ from those of the original."""

    error: ErrorInfo | None = None


class SetupResult(Record):
    """The answer of ``pytoon setup``: the folder of the Dagster instance, and how many lost runs were failed."""

    dagster: str
    lost_runs: int


class ModelSummary(Record):
    """A speech model: the size of its download, and the path of its checkpoint if it is on this machine."""

    name: str
    megabytes: int
    languages: str
    path: str | None = None


class ModelsResult(Record):
    """The answer of ``pytoon models``. ``used`` is what transcribes, and ``reason`` is why nothing better does."""

    models: tuple[ModelSummary, ...]
    used: str | None
    reason: str | None = None


class DoctorResult(Record):
    """The answer of ``pytoon doctor``. ``ok`` is false when something that every video needs is missing.

    ``home_reason`` says why this folder is the home. ``scripts`` are those with fonts of their own, and emoji.
    ``other_scripts`` are packages of the system with fonts for further ones, which a brand can bring. ``device`` is
    where pictures are decoded and models run, and why; ``gpus`` has the memory of each GPU. ``gpu_decoders`` says where
    each kind of video is decoded, and ``gpu_encoders`` which encoders of the GPU work; both are empty without a GPU.
    """

    ok: bool
    home: str
    home_reason: str
    free_space: str
    python: str
    packages: dict[str, str]
    encoder: str
    opencv: str
    fonts: dict[str, str]
    scripts: dict[str, str]
    other_scripts: dict[str, str]
    transcriber: str
    language_model: str
    catalog: str
    object_store: str
    device: str
    gpus: tuple[str, ...]
    gpu_decoders: dict[str, str]
    gpu_encoders: dict[str, str]
    dagster: str
    alerts: str
    presets: tuple[str, ...]


class NewRequestResult(Record):
    """The answer of ``pytoon new``: the file that was written, and the command that renders it."""

    request: str
    command: str


# Answers by the name of their JSON Schema.
RESULTS: dict[str, type[Record]] = {
    "render_result": RenderResult,
    "status_result": StatusResult,
    "upload_status": UploadStatus,
    "history_result": HistoryResult,
    "open_result": OpenResult,
    "retry_result": RetryResult,
    "remove_result": RemoveResult,
    "forget_result": ForgetResult,
    "submit_result": SubmitResult,
    "qc_result": QcReport,
    "conformance_result": ConformanceResult,
    "generate_result": GenerateResult,
    "regenerate_result": ItemRecord,
    "remake_result": RemakeResult,
    "setup_result": SetupResult,
    "doctor_result": DoctorResult,
    "models_result": ModelsResult,
    "new_key_result": NewKeyResult,
    "keys_result": KeysResult,
    "audit_result": AuditResult,
    "presets_result": PresetsResult,
    "preset_result": PresetResult,
    "new_request_result": NewRequestResult,
    "transcript_result": TranscriptResult,
    "error_result": ErrorResult,
}
