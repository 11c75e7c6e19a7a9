"""Words to captions: a few at a time, broken where a speaker pauses."""

from collections.abc import Sequence

from pytoon_pipeline.contracts.analysis import Word
from pytoon_pipeline.contracts.preset import CaptionStyle
from pytoon_pipeline.contracts.spec.render_spec import Cue, CueWord
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.planning.edit_ranges import SourceRange, source_to_timeline

PAUSE_SECONDS = 0.35
LINGER_SECONDS = 0.3
BRIDGE_SECONDS = 0.6
SENTENCE_ENDS = (".", "!", "?", "…", "。", "！", "？")


def plan_cues(
    words: Sequence[Word], ranges: Sequence[SourceRange], rate: FrameRate, style: CaptionStyle
) -> tuple[Cue, ...]:
    """Captions for the words in ``ranges``, in frames of the video. A caption ends before the next begins."""
    placed = _placed(words, ranges, rate)
    groups = [group for phrase in _phrases(placed, ranges, rate) for group in _split(phrase, style)]
    total = ranges[-1].end
    cues = []
    starts = [group[0].start for group in groups[1:]] + [total]
    for group, next_start in zip(groups, starts, strict=False):
        end = group[-1].end
        if next_start - end <= rate.nearest(BRIDGE_SECONDS):
            end = next_start
        else:
            end = min(end + rate.nearest(LINGER_SECONDS), next_start)
        cues.append(Cue(start=group[0].start, end=min(end, total), words=tuple(group)))
    return tuple(cues)


def _placed(words: Sequence[Word], ranges: Sequence[SourceRange], rate: FrameRate) -> list[CueWord]:
    """Words in frames of the video: each at least one frame long, none before the end of the previous one."""
    placed: list[CueWord] = []
    for word in words:
        first, last = rate.nearest(word.start), rate.nearest(word.end)
        middle = source_to_timeline(ranges, (first + last) // 2)
        if middle is None:
            continue
        shown = next(one for one in ranges if one.start <= middle < one.end)
        offset = shown.start - shown.source_start
        start = max(first + offset, shown.start, placed[-1].end if placed else 0)
        end = max(start + 1, min(last + offset, shown.end))
        if start < ranges[-1].end:
            placed.append(CueWord(text=word.text, start=start, end=end))
    return placed


def _phrases(words: Sequence[CueWord], ranges: Sequence[SourceRange], rate: FrameRate) -> list[list[CueWord]]:
    """Words between pauses, also pauses that were cut out, and between sentences."""
    pause = rate.nearest(PAUSE_SECONDS)
    jump_cuts = [one.start for one in ranges[1:]]
    phrases: list[list[CueWord]] = []
    for word in words:
        last = phrases[-1][-1] if phrases else None
        cut = last is not None and any(last.start < jump_cut <= word.start for jump_cut in jump_cuts)
        if last is None or cut or word.start - last.end > pause or last.text.endswith(SENTENCE_ENDS):
            phrases.append([])
        phrases[-1].append(word)
    return phrases


def _split(phrase: list[CueWord], style: CaptionStyle) -> list[list[CueWord]]:
    """Splits a phrase into as few captions as the style's limits allow, and among those, the most even ones.

    A single word longer than the limit stands alone; the renderer makes it fit.
    """
    count = len(phrase)
    best: list[tuple[int, float, int]] = [(0, 0.0, 0)]
    for end in range(1, count + 1):
        options = []
        for start in range(max(0, end - style.max_words), end):
            length = sum(len(word.text) for word in phrase[start:end]) + end - start - 1
            if length <= style.max_chars or end - start == 1:
                number, unevenness, _ = best[start]
                options.append((number + 1, unevenness + (style.max_chars - length) ** 2, start))
        best.append(min(options))
    groups: list[list[CueWord]] = []
    while count:
        start = best[count][2]
        groups.append(phrase[start:count])
        count = start
    return groups[::-1]
