"""What is delivered with a video: enough to make it again, and to see what made it."""

from typing import Any

from pytoon_pipeline.contracts.analysis import Recogniser
from pytoon_pipeline.contracts.attempt import Attempt
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.brand import Brand
from pytoon_pipeline.contracts.media import SourceItem
from pytoon_pipeline.contracts.preset import Preset
from pytoon_pipeline.contracts.provenance import ItemRecord
from pytoon_pipeline.contracts.quality import QcReport
from pytoon_pipeline.contracts.rendering import EngineName, EngineTry
from pytoon_pipeline.contracts.spec import RenderSpec


class StageUse(Record):
    """One stage as it went into the video."""

    name: str
    fingerprint: str
    version: int
    tools: dict[str, str]
    device: str
    precision: str = ""
    seconds: float


class Manifest(Record):
    version: int = 2
    key: str
    title: str
    media: tuple[SourceItem, ...]
    request: dict[str, Any]
    preset: Preset
    brand: Brand | None = None
    spec: RenderSpec
    encoder: dict[str, Any]
    recogniser: Recogniser | None
    engine: EngineName
    engines_that_failed: tuple[EngineTry, ...] = ()
    stages: tuple[StageUse, ...]
    files: dict[str, str]
    qc: QcReport
    items: tuple[ItemRecord, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    degraded: bool = False


class Delivery(Record):
    """Where a finished video lies: paths below the outbox."""

    folder: str
    video: str
    thumbnail: str
    captions: tuple[str, ...]
    spec: str
    manifest: str
