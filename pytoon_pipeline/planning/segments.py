"""Cutting a video into segments of 2–4 s, at scene or caption boundaries, so that an edit touches few of them."""

from collections.abc import Sequence

from pytoon_pipeline.contracts.spec import Clip, Cue, Segment
from pytoon_pipeline.contracts.timing import FrameRate

SHORTEST, TARGET, LONGEST = 2.0, 3.0, 4.0


def plan_segments(frames: int, clips: Sequence[Clip], cues: Sequence[Cue], rate: FrameRate) -> tuple[Segment, ...]:
    """Segments that cover ``[0, frames)``.

    A segment ends at a cut if one is in reach, else where no caption is crossed, else at the target length.
    """
    shortest, target, longest = (rate.nearest(s) for s in (SHORTEST, TARGET, LONGEST))
    cuts = {clip.start for clip in clips}
    pauses = {cue.start for cue in cues} | {cue.end for cue in cues}
    segments = []
    start = 0
    while frames - start > longest:
        reach = range(start + shortest, min(start + longest, frames - shortest) + 1)
        end = _nearest(cuts, reach, start + target) or _nearest(pauses, reach, start + target) or start + target
        end = min(max(end, reach.start), reach.stop - 1)
        segments.append(Segment(start=start, frames=end - start))
        start = end
    segments.append(Segment(start=start, frames=frames - start))
    return tuple(segments)


def _nearest(marks: set[int], reach: range, wanted: int) -> int | None:
    return min((mark for mark in marks if mark in reach), key=lambda mark: (abs(mark - wanted), mark), default=None)
