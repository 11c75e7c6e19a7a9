"""The status of a key: why it failed, what was delivered. Times in seconds since the epoch."""

from typing import Literal

from pydantic import Field

from pytoon_pipeline.contracts.artifact import StoredFile
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.degradation import Degradation, Release
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.quality import Verdict
from pytoon_pipeline.contracts.rendering import EngineName
from pytoon_pipeline.contracts.spec.render_spec import Note

DeliveryState = Literal["completed", "degraded", "held"]
ErrorCategory = Literal["invalid_input", "dependency_missing", "transient", "quality", "bug"]


class FailureRecord(Record):
    """Why the last run of a key failed.

    ``tries`` counts failures of this category in a row, ``total`` failures of any category. ``run`` is the run's id;
    ``overrides`` are the request fields that the run replaced, ``request`` is the digest of its request and files.
    """

    code: str
    message: str
    hint: str
    category: ErrorCategory
    stage: str = ""
    run: str = ""
    overrides: dict[str, object] = Field(default_factory=dict)
    request: str = ""
    at: float = 0.0
    tries: int = 1
    total: int = 1


class DeliveryRecord(Record):
    """The last delivery of one version of a key. A *held* video stays out of the outbox until a person releases it.

    A *version* is the video of one request and its files. ``source`` is the upload as the run read it, ``seconds`` the
    length of the video, ``notes`` are those of its plan.

    ``preset`` is the preset's name, ``presets`` the digest of everything that the plan took from the presets folder and
    ``environment`` the digest of what else decides the video (see ``delivery/environment.py``). ``video`` is its path,
    ``files`` are all delivered files by path, ``others`` folders of earlier deliveries of the version that still exist;
    all paths are below the home. ``codes`` are the gates that failed; ``overrides`` the request fields that the run
    replaced.
    """

    at: float
    version: int = 1
    source: SourceMedia | None = None
    seconds: float | None = None
    verdict: Verdict | None = None
    score: float | None = None
    notes: tuple[Note, ...] = ()
    degraded: Degradation | None = None
    held: bool = False
    released: Release | None = None
    video: str = ""
    files: dict[str, StoredFile] = Field(default_factory=dict)
    others: tuple[str, ...] = ()
    engine: EngineName
    preset: str
    presets: str
    environment: str | None = None
    codes: tuple[str, ...] = ()
    overrides: dict[str, object] = Field(default_factory=dict)

    @property
    def state(self) -> DeliveryState:
        """What the video is to people: held ones are not in the outbox, degraded ones differ from the request."""
        return "held" if self.held else "degraded" if self.degraded is not None else "completed"

    @property
    def folders(self) -> tuple[str, ...]:
        """Folders that Pytoon wrote for the version, the current one first."""
        return (*((self.video.rpartition("/")[0],) if self.video else ()), *self.others)
