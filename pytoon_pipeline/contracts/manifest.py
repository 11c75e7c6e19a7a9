"""What is delivered with a video: enough to make it again, and to see what made it."""

from typing import Any, Literal

from pydantic import Field

from pytoon_pipeline.contracts.analysis import Transcriber
from pytoon_pipeline.contracts.attempt import Attempt
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.brand import Brand
from pytoon_pipeline.contracts.degradation import Degradation, Release
from pytoon_pipeline.contracts.media import MediaInfo, SourceItem
from pytoon_pipeline.contracts.preset import Preset
from pytoon_pipeline.contracts.provenance import ItemRecord
from pytoon_pipeline.contracts.quality import QcReport
from pytoon_pipeline.contracts.rendering import EngineAttempt, EngineName
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec


class StageUse(Record):
    """One stage as it went into the video."""

    name: str
    fingerprint: str
    version: int
    tools: dict[str, str]
    device: str
    precision: str = ""
    seconds: float


class Reproducible(Record):
    """All that decides the frames of a video, and what came of it.

    ``probed`` is what each file was taken for, by its SHA-256; ``thumbnail`` the frame that stands for the video.
    ``tools`` are the versions of what made frames and sound, Pytoon's own stages and encoder settings among them.
    ``picture_packets`` and ``audio_packets`` are SHA-256 of the encoded packets, ``files`` of the delivered files;
    ``comment`` is what the video file says of itself in its metadata.
    """

    version: Literal[3] = 3
    key: str
    title: str
    media: tuple[SourceItem, ...]
    probed: dict[str, MediaInfo]
    spec: RenderSpec
    thumbnail: int
    tools: dict[str, str]
    picture_packets: str
    audio_packets: str
    files: dict[str, str]
    comment: str | None = None
    items: tuple[ItemRecord, ...] = ()


class Manifest(Reproducible):
    """The same, and how it came about: the request, its settings, engines, quality and attempts.

    ``engine`` rendered it after ``failed_engines``. ``degraded`` says why the video is not what was asked for,
    ``released`` who delivered it although it was held. ``request`` is what counted; ``overrides`` are those of its
    fields that the run, not the upload, asked for.
    """

    request: dict[str, Any]
    overrides: dict[str, Any] = Field(default_factory=dict)
    preset: Preset
    brand: Brand | None = None
    encoder: dict[str, Any]
    transcriber: Transcriber | None
    engine: EngineName
    failed_engines: tuple[EngineAttempt, ...] = ()
    stages: tuple[StageUse, ...]
    qc: QcReport
    attempts: tuple[Attempt, ...] = ()
    degraded: Degradation | None = None
    released: Release | None = None


class Difference(Record):
    """Something that decides frames and is not as it was: its version ``then`` and ``now``, none where it is not."""

    tool: str
    then: str | None
    now: str | None


class Remade(Record):
    """A video that was made again from its manifest, and whether its packets are those of the first.

    ``identical``: the whole file is, byte for byte.
    """

    equal: bool
    pictures_equal: bool
    audio_equal: bool
    identical: bool
    video: str
    thumbnail: str
    subtitles: tuple[str, ...]
    differences: tuple[Difference, ...] = ()


class Delivery(Record):
    """Where a finished video lies: paths below the outbox, or below the folder of held videos."""

    folder: str
    video: str
    thumbnail: str
    captions: tuple[str, ...]
    spec: str
    manifest: str
