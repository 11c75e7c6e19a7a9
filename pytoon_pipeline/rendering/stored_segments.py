"""The rendered segments of a video in the store."""

from pathlib import Path

from pytoon_pipeline.contracts.rendering import RenderedSegments
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.contracts.stored import Stored
from pytoon_pipeline.store.fingerprint import hash_value
from pytoon_pipeline.store.store import Store

# Roles of the files of each segment.
VIDEO, FRAME_STATS, CONTACT_SHEET = "video", "frame_stats", "contact_sheet"
SEGMENT_ROLES = (VIDEO, FRAME_STATS, CONTACT_SHEET)
# What no picture of a plan depends on. A new field counts unless it is named here.
NOT_SHOWN = {
    "version", "archetype", "audio", "language", "constraints", "brand", "static_ranges", "black_ranges", "remedies",
    "fallback", "notes", "losses",
}  # fmt: skip


def segment_role(role: str, number: int) -> str:
    """The role of one segment's file among the files of all segments."""
    return f"{role}-{number:03}"


def segment_files(store: Store, segments: Stored[RenderedSegments], role: str) -> list[Path]:
    """The files of one role of all segments, in order."""
    return [store.path(segments.files[segment_role(role, number)]) for number in range(segments.value.segments)]


def picture_digest(spec: RenderSpec) -> str:
    """Hash of everything in a plan that decides pictures, and how they are coded."""
    return hash_value(spec.model_dump(mode="json", exclude=NOT_SHOWN))
