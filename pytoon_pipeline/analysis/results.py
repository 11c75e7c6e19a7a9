"""The results of the analyses as later stages read them: one record for each item, by the item's SHA-256."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pytoon_pipeline.contracts.analysis import (
    CorrectedTranscript,
    FaceSummary,
    FocalPoints,
    SampledFrames,
    Shots,
    SilenceSegments,
    Transcript,
)
from pytoon_pipeline.contracts.artifact import Artifact
from pytoon_pipeline.contracts.media import Metadata, SourceMedia
from pytoon_pipeline.contracts.stored import Stored, StoredItems
from pytoon_pipeline.media import fonts
from pytoon_pipeline.store.items import item_artifacts
from pytoon_pipeline.store.store import Store

if TYPE_CHECKING:
    from pytoon_pipeline.analysis.vision.sampling import Held, Samples
    from pytoon_pipeline.contracts.analysis import Face

# Files of an item's metadata: its audio at 16 kHz, and the upright copy of a still picture.
AUDIO, PICTURE = "audio", "picture"
# The file of detected faces, and those of sampled frames.
FACES, PICTURES, THUMBS = "faces", "pictures", "thumbs"

MetadataByItem = StoredItems[Metadata]
TranscriptByItem = StoredItems[Transcript]
CorrectedByItem = StoredItems[CorrectedTranscript]
SilenceByItem = StoredItems[SilenceSegments]
FacesByItem = StoredItems[FaceSummary]
FocalPointsByItem = StoredItems[FocalPoints]
ShotsByItem = StoredItems[Shots]


class Frames:
    """The result of ``sampled_frames``: a record for each item, and its pictures, decoded on first use.

    Those of items in ``held`` come from memory.
    """

    def __init__(self, store: Store, artifact: Artifact, held: "Mapping[str, Held] | None" = None) -> None:
        self.artifact = artifact
        self._store = store
        self._held = held or {}

    @property
    def fingerprint(self) -> str:
        return self.artifact.fingerprint

    @cached_property
    def items(self) -> dict[str, Stored[SampledFrames]]:
        """Record and files of each item. Raises ``DependencyMissing`` when one is no longer in the store."""
        found = item_artifacts(self._store, self.artifact)
        return {item: Stored[SampledFrames].of(artifact) for item, artifact in found.items()}

    @property
    def values(self) -> dict[str, SampledFrames]:
        """The records alone."""
        return {item: stored.value for item, stored in self.items.items()}

    def samples(self, item: str) -> "Samples":
        """The pictures of one item."""
        from pytoon_pipeline.analysis.vision.sampling import Samples

        stored = self.items[item]
        pictures, thumbs = (self._store.path(stored.files[role]) for role in (PICTURES, THUMBS))
        return Samples(stored.value, pictures, thumbs, self._held.get(item))


def detected_faces(store: Store, detections: FacesByItem) -> "dict[str, list[Face]]":
    """The faces of each item."""
    from pytoon_pipeline.analysis.vision.faces import read

    return {item: read(store.path(stored.files[FACES])) for item, stored in detections.items.items()}


def font_files(store: Store, source: SourceMedia) -> dict[str, Path]:
    """The brand's own font files, by SHA-256, which is also their name in plans."""
    return {item.sha256: store.path(item.stored) for item in source.items if item.role == "font"}


def register_fonts(store: Store, source: SourceMedia) -> None:
    """Registers the brand's own fonts in this process."""
    for name, path in font_files(store, source).items():
        fonts.register(name, path)
