"""What stays of a source, in whole frames."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from pytoon_pipeline.contracts.analysis import Word
from pytoon_pipeline.contracts.media import VideoStream
from pytoon_pipeline.contracts.time import FrameRate, TimeRange

OUTPUT_RATES = tuple(
    FrameRate(numerator=a, denominator=b) for a, b in ((24000, 1001), (24, 1), (25, 1), (30000, 1001), (30, 1))
)
DEFAULT_RATE = FrameRate(numerator=30)
# A take that begins or ends this near to a scene change would flash a strange picture.
MIN_SHOT_FRAMES = 5
MIN_RANGE_SECONDS = 4


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
    """The video's rate: the source's own where phones expect it, half of a doubled one, else 30."""
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
    most: int,
) -> tuple[list[SourceRange], bool]:
    """Takes for the ranges that stay, at most ``most`` frames together, and whether that limit shortened them.

    ``cuts`` are scene changes in seconds; a take that would show less than ``FLASH_FRAMES`` of a neighbouring scene
    stops at the change. A shortened video ends after a word where one ends near the limit.
    """
    total = max(1, floor(seconds * rate.fraction + Fraction(1, 2)))
    ranges = _frames(speech, total, rate)
    changes = [rate.nearest(cut) for cut in cuts]
    ranges = [_clear_of_flashes(a, b, changes) for a, b in ranges]
    takes: list[SourceRange] = []
    position = 0
    for start, end in ranges:
        if end - start >= MIN_RANGE_SECONDS or len(ranges) == 1:
            takes.append(SourceRange(position, start, end - start))
            position += end - start
    if position <= most:
        return takes, False
    return _shorten(takes, _good_end(takes, words, rate, most)), True


def source_to_timeline(takes: Sequence[SourceRange], source_frame: int) -> int | None:
    """Where a source frame is shown in the video, or none when it was cut."""
    for take in takes:
        if take.source_start <= source_frame < take.source_end:
            return take.start + source_frame - take.source_start
    return None


def _frames(speech: Sequence[TimeRange], total: int, rate: FrameRate) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for part in speech:
        start = max(0, floor(part.start * rate.fraction))
        end = min(total, ceil(part.end * rate.fraction))
        if end <= start:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _clear_of_flashes(start: int, end: int, changes: Sequence[int]) -> tuple[int, int]:
    for change in changes:
        if start < change < start + MIN_SHOT_FRAMES and change < end:
            start = change
        if end - MIN_SHOT_FRAMES < change < end and change > start:
            end = change
    return start, end


def _good_end(takes: Sequence[SourceRange], words: Sequence[Word], rate: FrameRate, most: int) -> int:
    """The last end of a word in the final fifth before ``most``, with a little air; else ``most``."""
    ends = (source_to_timeline(takes, rate.nearest(word.end)) for word in words)
    air = rate.nearest(0.2)
    usable = [end + air for end in ends if end is not None and 0.8 * most <= end + air <= most]
    return max(usable, default=most)


def _shorten(takes: Sequence[SourceRange], frames: int) -> list[SourceRange]:
    kept = []
    for take in takes:
        if take.start >= frames:
            break
        kept.append(SourceRange(take.start, take.source_start, min(take.frames, frames - take.start)))
    return kept
