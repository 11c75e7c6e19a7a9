"""Jump-cut zooms: every other cut of a talk enlarges the picture, so that a cut in one shot looks intended."""

from collections.abc import Sequence
from itertools import pairwise

from pytoon_pipeline.contracts.analysis import Word
from pytoon_pipeline.contracts.preset import PunchInSettings
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.planning.edit_ranges import SourceRange

# A zoom stays for at least this long, in seconds.
MIN_SECONDS = 1.2


def punch_in_marks(
    ranges: Sequence[SourceRange], words: Sequence[Word], settings: PunchInSettings, rate: FrameRate
) -> set[int]:
    """Frames of the source, inside ``ranges``, at which the zoom changes without a cut: at beginnings of words."""
    if settings.amount == 1 or settings.seconds is None:
        return set()
    shortest, longest = rate.nearest(MIN_SECONDS), rate.nearest(settings.seconds)
    starts = sorted(rate.nearest(word.start) for word in words)
    marks = set()
    for one in ranges:
        last = one.source_start
        for start in starts:
            if start - last >= longest and one.source_end - start >= shortest and start > one.source_start:
                marks.add(start)
                last = start
    return marks


def divided(ranges: Sequence[SourceRange], marks: set[int]) -> list[SourceRange]:
    """``ranges`` split at the source frames ``marks``."""
    parts = []
    for one in ranges:
        inside = sorted(mark for mark in marks if one.source_start < mark < one.source_end)
        edges = [one.source_start, *inside, one.source_end]
        for first, last in pairwise(edges):
            parts.append(SourceRange(one.start + first - one.source_start, first, last - first))
    return parts
