"""What the remote engine and its clients say to each other: jobs, what they lack, what becomes of them."""

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

# Only such names ever become paths, on either side.
HASH = r"^[0-9a-f]{64}$"
Hash = Annotated[str, Field(pattern=HASH)]

# Headers that say how much of a file has arrived, as resumable uploads have them.
OFFSET, COMPLETE = "Upload-Offset", "Upload-Complete"
YES, NO = "?1", "?0"

ERROR_CLASSES = {kind.category: kind for kind in (InvalidInput, DependencyMissing, TransientError, InternalError)}


class NamedFile(StoredFile):
    """A file with content, by a name that is safe as a path."""

    sha256: Hash
    bytes: int = Field(gt=0)


class MediaFile(Record):
    """The file of an item with pictures, and what it is. Of a still picture, the file is its upright copy."""

    file: NamedFile
    info: MediaInfo


class RenderJob(Record):
    """What is to be rendered: the segments that ``spec`` names, or frame ``thumbnail`` of it as a thumbnail.

    ``pictures`` are named by the item's hash, ``fonts`` by the name that the plan gives them. ``seconds`` is the time
    that rendering may take.
    """

    version: Literal[1] = 1
    spec: RenderSpec
    media: dict[Hash, MediaFile]
    fonts: dict[Hash, NamedFile] = Field(default_factory=dict)
    thumbnail_frame: int | None = Field(default=None, ge=0)
    timeout_seconds: float = Field(gt=0, allow_inf_nan=False)

    @property
    def id(self) -> str:
        """The hash of all that it says. Raises ``ValueError`` when it holds a number that is none."""
        return hash_value(self.model_dump(mode="json"))

    @property
    def files(self) -> dict[str, NamedFile]:
        """All files that rendering takes, by their hash."""
        found = (*self.fonts.values(), *(picture.file for picture in self.media.values()))
        return {file.sha256: file for file in found}


class JobStatus(Record):
    """How an order stands. ``missing`` are hashes of files to send, with their lengths in bytes."""

    id: Hash
    state: Literal["waiting", "queued", "rendering", "done", "failed"]
    missing: dict[Hash, int] = Field(default_factory=dict)


class ErrorMessage(Record):
    """A ``PytoonError`` on its way."""

    code: str
    message: str
    hint: str
    category: str

    @classmethod
    def from_error(cls, error: PytoonError) -> "ErrorMessage":
        return cls(category=error.category, **error.as_dict())

    def to_error(self) -> PytoonError:
        """The same error, of the same class of failure."""
        return ERROR_CLASSES.get(self.category, InternalError)(self.code, self.message, self.hint)


class Event(Record):
    """The ``n``-th thing that happened to an order: so many of so many parts are ready, or how it ended."""

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
        """As one client of JSON, in ASCII: Unicode has more ends of lines. What is none in artifacts belongs to them."""
        said = {name: value for name, value in self.model_dump(mode="json").items() if value is not None}
        return json.dumps(said, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def requested_spec(spec: RenderSpec, segments: Sequence[Segment]) -> RenderSpec:
    """As much of a plan as rendering ``segments`` takes: no sound, and no notes for people."""
    silent = spec.audio.model_copy(update={"tracks": ()})
    return spec.model_copy(update={"segments": tuple(segments), "audio": silent, "notes": ()})


def items_shown(spec: RenderSpec) -> set[str]:
    """Items whose pictures the segments of ``spec`` show."""
    return {
        one.item
        for first, last, layer in spec.layers()
        if any(first < segment.start + segment.frames and segment.start < last for segment in spec.segments)
        for one in nested(layer)
        if isinstance(one, VideoLayer | ImageLayer)
    }
