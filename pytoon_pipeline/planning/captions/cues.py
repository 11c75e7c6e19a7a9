"""Words to captions: a page at a time, broken where a speaker pauses and by sense."""

from collections.abc import Collection, Sequence

from pytoon_pipeline.contracts.analysis import Word
from pytoon_pipeline.contracts.captions import CaptionStyle
from pytoon_pipeline.contracts.spec.render_spec import Cue, CueWord
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.planning.captions.pages import MIN_PAGE_SECONDS, split_pages
from pytoon_pipeline.planning.edit_ranges import SourceRange, source_to_timeline
from pytoon_pipeline.planning.key_words import key_words
from pytoon_pipeline.planning.phrases import CLOSING, SENTENCE_ENDS

PAUSE_SECONDS = 0.35
# A caption stays this long after its last word, and until the next one when less than this would lie between them.
LINGER_SECONDS = 0.3
BRIDGE_SECONDS = 0.3
# A first caption that is spoken this early is there from the first frame.
LEAD_SECONDS = 0.6
# On a page of fewer words, none stands out from the others.
MIN_EMPHASIS_WORDS = 2


def plan_cues(
    words: Sequence[Word],
    ranges: Sequence[SourceRange],
    rate: FrameRate,
    style: CaptionStyle,
    names: Collection[str] = (),
) -> tuple[Cue, ...]:
    """Captions for the words in ``ranges``, in frames of the video. A caption ends before the next begins.

    ``names`` are words that are key words wherever they are said.
    """
    placed = _placed(words, ranges, rate)
    pages = [page for phrase in _phrases(placed, ranges, rate) for page in split_pages(phrase, style, rate)]
    total = ranges[-1].end
    cues: list[Cue] = []
    starts = [page[0].start for page in pages[1:]] + [total]
    for page, next_start in zip(pages, starts, strict=False):
        end = max(page[-1].end + rate.nearest(LINGER_SECONDS), page[0].start + rate.nearest(MIN_PAGE_SECONDS))
        if next_start - end <= rate.nearest(BRIDGE_SECONDS):
            end = next_start
        start = page[0].start if cues or page[0].start > rate.nearest(LEAD_SECONDS) else 0
        cues.append(Cue(start=start, end=min(end, total), words=_emphasised(page, style, names)))
    return tuple(cues)


def _emphasised(page: Sequence[CueWord], style: CaptionStyle, names: Collection[str]) -> tuple[CueWord, ...]:
    """The words of a page, its key words marked."""
    if len(page) < min(style.max_words, MIN_EMPHASIS_WORDS):
        return tuple(page)
    chosen = key_words([word.text for word in page], names, limit=style.max_emphasis)
    return tuple(word.model_copy(update={"emphasis": n in chosen}) for n, word in enumerate(page))


def _placed(words: Sequence[Word], ranges: Sequence[SourceRange], rate: FrameRate) -> list[CueWord]:
    """Words in frames of the video: each at least one frame long, none before the end of the previous one."""
    placed: list[CueWord] = []
    for word in words:
        if word.hidden:
            continue
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
        if last is None or cut or word.start - last.end > pause or last.text.rstrip(CLOSING).endswith(SENTENCE_ENDS):
            phrases.append([])
        phrases[-1].append(word)
    return phrases
