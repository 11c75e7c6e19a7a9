"""What is delivered with a video: enough to reproduce it, and to see how it was produced."""

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import Field

from pytoon_pipeline.contracts.analysis import Cut, Transcriber, WordChange, WordTiming
from pytoon_pipeline.contracts.attempt import Attempt
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.brand import Brand
from pytoon_pipeline.contracts.degradation import Degradation, Release
from pytoon_pipeline.contracts.media import MediaInfo, SourceItem
from pytoon_pipeline.contracts.model_use import ModelUse
from pytoon_pipeline.contracts.preset import Preset
from pytoon_pipeline.contracts.provenance import ItemRecord
from pytoon_pipeline.contracts.quality import QcReport
from pytoon_pipeline.contracts.rendering import EngineAttempt, EngineName
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec


class StageUse(Record):
    """One stage whose result is part of the video."""

    name: str
    fingerprint: str
    version: int
    tools: dict[str, str]
    device: str
    precision: str = ""
    seconds: float


class Corrections(Record):
    """How the words of a source were timed, and what people and rules changed in them."""

    timing: WordTiming
    changes: tuple[WordChange, ...] = ()
    cuts: tuple[Cut, ...] = ()
    unfitting: tuple[str, ...] = ()


class Reproducible(Record):
    """Everything that decides the frames and the audio of a video, and the hashes of the result.

    ``probed`` describes each source file by its SHA-256; ``thumbnail`` is the output frame of the thumbnail. ``tools``
    are the versions of everything that produced frames and audio, including Pytoon's stages and encoder settings.
    ``picture_packets`` and ``audio_packets`` are SHA-256 of the encoded packets; ``files`` maps each delivered file to
    its SHA-256. ``comment`` is the comment in the metadata of the video file.
    """

    version: Literal[4] = 4
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
    """What reproduces the video, and its history: the request, its settings, engines, quality and attempts.

    ``engine`` rendered it after ``failed_engines`` had failed. ``degraded`` says why the video is not what was
    requested, ``released`` who delivered it although it was held. ``request`` is the effective request; ``overrides``
    are those of its fields that the run replaced. ``corrections`` are those of each source, by its SHA-256.
    ``language_model`` says for each task what was made of the proposals of a language model, if one was asked.
    """

    request: dict[str, Any]
    overrides: dict[str, Any] = Field(default_factory=dict)
    preset: Preset
    brand: Brand | None = None
    encoder: dict[str, Any]
    transcriber: Transcriber | None
    corrections: dict[str, Corrections] = Field(default_factory=dict)
    language_model: tuple[ModelUse, ...] = ()
    engine: EngineName
    failed_engines: tuple[EngineAttempt, ...] = ()
    stages: tuple[StageUse, ...]
    qc: QcReport
    attempts: tuple[Attempt, ...] = ()
    degraded: Degradation | None = None
    released: Release | None = None


class Difference(Record):
    """A tool or file that decides frames and differs: its version ``then`` and ``now``, none where it is absent."""

    tool: str
    then: str | None
    now: str | None


class Remade(Record):
    """A video that was rendered again from its manifest, and whether its packets are those of the original.

    ``identical``: the whole file is the same, byte for byte.
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
    """Where a finished video is: paths below the outbox, or below the folder of held videos.

    Names begin with that of the video, and end with the role of the file, such as *srt* or *de.srt*. ``captions`` are
    its subtitle files; a video without any text has none. ``post`` holds proposals for what is posted with the video.
    ``extras`` are the teaser and the audio files that the request wants.
    """

    folder: str
    video: str
    thumbnail: str
    captions: tuple[str, ...]
    extras: tuple[str, ...] = ()
    post: str
    spec: str
    manifest: str

    @property
    def roles(self) -> dict[str, str]:
        """The files that are stored, by role."""
        others = {path.removeprefix(f"{self._stem}."): path for path in (*self.captions, *self.extras)}
        return {"video": self.video, "thumbnail": self.thumbnail, **others, "post": self.post}

    @property
    def _stem(self) -> str:
        return self.video.rpartition(".")[0]

    def with_extras(self, formats: Iterable[str]) -> "Delivery":
        """The delivery with further files of these formats, beside the video."""
        return self.model_copy(update={"extras": tuple(f"{self._stem}.{one}" for one in formats)})

    def with_captions(self, roles: Iterable[str]) -> "Delivery":
        """The delivery with the subtitle files of these roles."""
        return self.model_copy(update={"captions": tuple(f"{self._stem}.{one}" for one in roles)})
