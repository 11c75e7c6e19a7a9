"""Clips that begin with black: a video of several seconds shows them from where there is something to see."""

from collections.abc import Sequence
from dataclasses import replace

from pytoon_pipeline.contracts.spec.render_spec import Note
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.planning.analysed_media import PlanItem

# A clip that fades in is still dark for this long after its last black frame, in seconds.
FADE_SECONDS = 1.0
# At most this share of a clip is left out.
MAX_SHARE = 0.3


def without_black_starts(items: Sequence[PlanItem], rate: FrameRate) -> tuple[tuple[PlanItem, ...], list[Note]]:
    """The items, with clips that begin with black starting after it, and a note for each; a requested start stays."""
    found, notes = [], []
    for item in items:
        start = _start(item)
        if start:
            entry = item.entry.model_copy(update={"start": start})
            item = replace(item, entry=entry, source_start=rate.nearest(start))
            message = (
                f"“{item.entry.file[:60]}” begins with black, so it is shown from {start:.1f} s. "
                "Set its start to 0 to show all of it."
            )
            notes.append(Note(code="black_start_skipped", message=message))
        found.append(item)
    return tuple(found), notes


def _start(item: PlanItem) -> float:
    """Where a clip starts, in seconds; 0 where it begins with a picture or the request says where."""
    material, entry = item.material, item.entry
    if material.is_still or entry.start is not None or not material.shots.black:
        return 0.0
    first = material.shots.black[0]
    end = material.seconds if entry.end is None else min(entry.end, material.seconds)
    start = round(first.end + FADE_SECONDS, 3)
    return start if first.start < 0.1 and start <= MAX_SHARE * end else 0.0
