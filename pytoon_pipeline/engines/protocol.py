"""The protocol between a remote engine and its clients: job requests, missing files, events and errors."""

import json
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from pytoon_pipeline.contracts.artifact import Artifact, StoredFile
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.errors import DependencyMissing, InternalError, InvalidInput, PytoonError, TransientError
from pytoon_pipeline.contracts.media import MediaInfo
from pytoon_pipeline.contracts.spec.layers import ImageLayer, VideoLayer, nested
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec, Segment
from pytoon_pipeline.store.fingerprint import hash_value

# Only names of this form become paths, on either side.
HASH = r"^[0-9a-f]{64}$"
Hash = Annotated[str, Field(pattern=HASH)]

# Headers for the progress of an upload, as in the IETF draft "Resumable Uploads for HTTP".
OFFSET, COMPLETE = "Upload-Offset", "Upload-Complete"
YES, NO = "?1", "?0"

ERROR_CLASSES = {kind.category: kind for kind in (InvalidInput, DependencyMissing, TransientError, InternalError)}


class NamedFile(StoredFile):
    """A non-empty file whose name is safe as a path."""

    sha256: Hash
    bytes: int = Field(gt=0)


class MediaFile(Record):
    """The file of a video or image item, and its metadata. A still image is sent with its EXIF rotation applied."""

    file: NamedFile
    info: MediaInfo


class JobRequest(Record):
    """What to render: the segments of ``spec``, or its frame ``thumbnail_frame`` as a thumbnail.

    ``media`` is keyed by the item's hash, ``fonts`` by the font's name in the plan.
    """

    version: Literal[1] = 1
    spec: RenderSpec
    media: dict[Hash, MediaFile]
    fonts: dict[Hash, NamedFile] = Field(default_factory=dict)
    thumbnail_frame: int | None = Field(default=None, ge=0)
    timeout_seconds: float = Field(gt=0, allow_inf_nan=False)

    @property
    def id(self) -> str:
        """The hash of the whole request. Raises ``ValueError`` when it contains NaN or infinity."""
        return hash_value(self.model_dump(mode="json"))

    @property
    def files(self) -> dict[str, NamedFile]:
        """All files that the job needs, by hash."""
        files = (*self.fonts.values(), *(media.file for media in self.media.values()))
        return {file.sha256: file for file in files}


class JobStatus(Record):
    """The state of a job. ``missing`` maps the hashes of files that must be uploaded to their lengths in bytes."""

    id: Hash
    state: Literal["waiting", "queued", "rendering", "done", "failed"]
    missing: dict[Hash, int] = Field(default_factory=dict)


class ErrorMessage(Record):
    """A ``PytoonError`` as JSON."""

    code: str
    message: str
    hint: str
    category: str

    @classmethod
    def from_error(cls, error: PytoonError) -> "ErrorMessage":
        return cls(category=error.category, **error.as_dict())

    def to_error(self) -> PytoonError:
        """The same error, of the class that belongs to its category."""
        return ERROR_CLASSES.get(self.category, InternalError)(self.code, self.message, self.hint)


class Event(Record):
    """Event number ``n`` of a job: ``ready`` of ``total`` frames are finished, or its artifacts, or its error."""

    n: int
    ready: int | None = None
    total: int | None = None
    artifacts: tuple[Artifact, ...] | None = None
    error: ErrorMessage | None = None

    @property
    def last(self) -> bool:
        return self.artifacts is not None or self.error is not None

    @property
    def json_line(self) -> bytes:
        """The event as one line of ASCII JSON: other line separators of Unicode are escaped.

        Absent fields are left out; fields that are none inside artifacts are kept, because they belong to them.
        """
        values = {name: value for name, value in self.model_dump(mode="json").items() if value is not None}
        return json.dumps(values, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def requested_spec(spec: RenderSpec, segments: Sequence[Segment]) -> RenderSpec:
    """The part of a plan that rendering ``segments`` needs: without audio tracks and notes."""
    without_audio = spec.audio.model_copy(update={"tracks": ()})
    return spec.model_copy(update={"segments": tuple(segments), "audio": without_audio, "notes": ()})


def items_shown(spec: RenderSpec) -> set[str]:
    """The video and image items that the segments of ``spec`` show."""
    return {
        one.item
        for first, last, layer in spec.layers()
        if any(first < segment.start + segment.frames and segment.start < last for segment in spec.segments)
        for one in nested(layer)
        if isinstance(one, VideoLayer | ImageLayer)
    }
