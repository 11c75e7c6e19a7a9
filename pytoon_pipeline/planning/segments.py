"""Cuts a video into segments: a seam for each overlap of scenes, and bodies of about 2 s between them.

Bodies end at scene changes or where texts come and go, so that an edit touches few of them.
"""

from collections.abc import Iterable, Iterator, Sequence

from pytoon_pipeline.contracts.spec.render_spec import Scene, Segment
from pytoon_pipeline.contracts.time import FrameRate

# A group of pictures ends after 2 s in any case: segments of this length need no further key frame. Shorter ones make
# edits cheaper, but cost bytes.
MIN_SEGMENT_SECONDS, MAX_SEGMENT_SECONDS = 1.0, 2.0


def plan_segments(
    frames: int, scenes: Sequence[Scene], text_edges: Iterable[int], rate: FrameRate
) -> tuple[Segment, ...]:
    """Segments that cover ``[0, frames)``. ``text_edges`` are frames at which a text comes or goes."""
    seams = [(scene.start, scene.start + scene.transition.frames) for scene in scenes if scene.transition]
    cuts, edges = {scene.start for scene in scenes}, set(text_edges)
    segments: list[Segment] = []
    position = 0
    for start, end in [*seams, (frames, frames)]:
        segments += _bodies(position, start, cuts, edges, rate)
        if end > start:
            segments.append(Segment(kind="seam", start=start, frames=end - start))
        position = end
    return tuple(segments)


def _bodies(start: int, end: int, cuts: set[int], edges: set[int], rate: FrameRate) -> Iterator[Segment]:
    """A body ends at the last cut in reach, else where the last text comes or goes, else at the longest length."""
    shortest, longest = rate.nearest(MIN_SEGMENT_SECONDS), rate.nearest(MAX_SEGMENT_SECONDS)
    while end - start > longest:
        reach = range(start + shortest, min(start + longest, end - shortest) + 1)
        at = max(cuts.intersection(reach) or edges.intersection(reach), default=reach[-1])
        yield Segment(start=start, frames=at - start)
        start = at
    if end > start:
        yield Segment(start=start, frames=end - start)
