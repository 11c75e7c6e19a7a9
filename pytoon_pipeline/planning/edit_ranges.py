"""The parts of a source that stay in the video, in whole frames."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor

from pytoon_pipeline.contracts.analysis import Word
from pytoon_pipeline.contracts.media import VideoStream
from pytoon_pipeline.contracts.time import FrameRate, TimeRange, union

OUTPUT_RATES = tuple(
    FrameRate(numerator=a, denominator=b) for a, b in ((24000, 1001), (24, 1), (25, 1), (30000, 1001), (30, 1))
)
DEFAULT_RATE = FrameRate(numerator=30)
# A range that begins or ends this near to a scene change would flash a picture of the other scene.
MIN_SHOT_FRAMES = 5
MIN_RANGE_FRAMES = 4
# A shortened video may end this much earlier, as a share of its length, in order to end after a word; with some air.
EARLY_END_SHARE, AIR_SECONDS = 0.2, 0.2


@dataclass(frozen=True)
class SourceRange:
    """A run of source frames that stays. ``start`` counts frames of the video, ``source_start`` those of the source."""

    start: int
    source_start: int
    frames: int

    @property
    def source_end(self) -> int:
        return self.source_start + self.frames

    @property
    def end(self) -> int:
        return self.start + self.frames


def output_rate(video: VideoStream) -> FrameRate:
    """The video's rate: the source's own where phones expect it, a half or quarter of a higher one, else 30."""
    if video.average_rate is None or video.variable_rate:
        return DEFAULT_RATE
    rate = video.average_rate.fraction
    for candidate in OUTPUT_RATES:
        if any(abs(rate / factor / candidate.fraction - 1) < Fraction(1, 5000) for factor in (1, 2, 4)):
            return candidate
    return DEFAULT_RATE


def plan_edit_ranges(
    speech: Sequence[TimeRange],
    cuts: Sequence[float],
    words: Sequence[Word],
    seconds: float,
    rate: FrameRate,
    max_frames: int,
) -> tuple[list[SourceRange], bool]:
    """The ranges that stay, at most ``max_frames`` together, and whether that limit shortened them.

    ``cuts`` are scene changes in seconds of the source, which lasts ``seconds``. A range that would show less than
    ``MIN_SHOT_FRAMES`` of a neighbouring scene stops at the change. A shortened video ends after a word where one ends
    near the limit.
    """
    total = max(1, floor(seconds * rate.fraction + Fraction(1, 2)))
    changes = [rate.nearest(cut) for cut in cuts]
    candidates = [_clear_of_flashes(start, end, changes) for start, end in _in_frames(speech, total, rate)]
    ranges: list[SourceRange] = []
    position = 0
    for start, end in candidates:
        if end - start >= MIN_RANGE_FRAMES or len(candidates) == 1:
            ranges.append(SourceRange(position, start, end - start))
            position += end - start
    if position <= max_frames:
        return ranges, False
    return _shorten(ranges, _last_word_end(ranges, words, rate, max_frames)), True


def source_to_timeline(ranges: Sequence[SourceRange], source_frame: int) -> int | None:
    """The frame of the video that shows a source frame; none when it was cut."""
    for one in ranges:
        if one.source_start <= source_frame < one.source_end:
            return one.start + source_frame - one.source_start
    return None


def _in_frames(speech: Sequence[TimeRange], total: int, rate: FrameRate) -> list[tuple[int, int]]:
    return union(
        (max(0, floor(one.start * rate.fraction)), min(total, ceil(one.end * rate.fraction))) for one in speech
    )


def _clear_of_flashes(start: int, end: int, changes: Sequence[int]) -> tuple[int, int]:
    for change in changes:
        if start < change < start + MIN_SHOT_FRAMES and change < end:
            start = change
        if end - MIN_SHOT_FRAMES < change < end and change > start:
            end = change
    return start, end


def _last_word_end(ranges: Sequence[SourceRange], words: Sequence[Word], rate: FrameRate, max_frames: int) -> int:
    """The last end of a word shortly before ``max_frames``, plus some air; else ``max_frames``."""
    ends = (source_to_timeline(ranges, rate.nearest(word.end)) for word in words)
    air = rate.nearest(AIR_SECONDS)
    earliest = (1 - EARLY_END_SHARE) * max_frames
    return max(
        (end + air for end in ends if end is not None and earliest <= end + air <= max_frames), default=max_frames
    )


def _shorten(ranges: Sequence[SourceRange], frames: int) -> list[SourceRange]:
    return [replace(one, frames=min(one.frames, frames - one.start)) for one in ranges if one.start < frames]
