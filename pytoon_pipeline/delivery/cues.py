"""Subtitle cues of a finished video: its speech as sentences, or, in a video without speech, the texts it shows. Pure.

The limits are those of the Netflix Timed Text Style Guide, General Requirements and English (USA): two lines of 42
characters, 5/6 s to 7 s, 17 to 20 characters per second, two frames between cues, gaps below half a second closed.
A text that is spoken faster, or a word longer than a line, exceeds them: no word is ever left out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from math import ceil

from pytoon_pipeline.contracts.spec.layers import VideoLayer
from pytoon_pipeline.contracts.spec.render_spec import Cue, RenderSpec
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.delivery.cue_text import MAX_LINES, Piece, lines, pieces, width
from pytoon_pipeline.delivery.screen_texts import ScreenText, screen_texts
from pytoon_pipeline.delivery.sentences import MAX_SECONDS, MIN_SECONDS, READING_SPEED, split

# A cue may stay this long after its speech; a shorter gap to the next cue is closed, but for so many frames.
CLOSED_SECONDS, GAP_FRAMES = Fraction(1, 2), 2
# The rate at which texts on the screen are read.
WORDS_PER_SECOND = 4


@dataclass(frozen=True)
class SubtitleCue:
    """Lines of text in the frames ``[start, end)`` of the video."""

    start: int
    end: int
    lines: tuple[str, ...]


def subtitle_cues(spec: RenderSpec) -> tuple[SubtitleCue, ...]:
    """The cues of a video in order of time, none overlapping; empty for a video without any text."""
    if found := spoken_cues(spec, sorted((*spec.captions.cues, *spec.captions.hidden), key=lambda cue: cue.start)):
        return found
    # A cue stands for a text on the screen as long as that is there.
    return _timed(list(_shown(screen_texts(spec), spec)), spec.rate, spec.frames, spec.frames)


def spoken_cues(spec: RenderSpec, captions: Sequence[Cue]) -> tuple[SubtitleCue, ...]:
    """The words of ``captions``, which are in order of time, as sentences."""
    words = [(word.text, word.start, word.end) for cue in captions for word in cue.words]
    found = _in_order(pieces(words), spec.frames)
    drafts = [_draft(group) for group in split(found, spec.rate, spec.frames, _cuts(spec))] if found else []
    return _timed(drafts, spec.rate, spec.frames, max(1, int(MAX_SECONDS * spec.rate.fraction)))


def _cuts(spec: RenderSpec) -> set[int]:
    """The frames at which the source jumps: a silence was cut out, or another clip begins."""
    shown = [(scene, layer) for scene in spec.scenes for layer in scene.layers[:1] if isinstance(layer, VideoLayer)]
    return {
        scene.start
        for (before, old), (scene, new) in pairwise(shown)
        if old.item != new.item or old.source_start + before.frames != new.source_start
    }


def _in_order(words: Sequence[Piece], frames: int) -> list[Piece]:
    """Words inside the video, none starting before the one in front of it."""
    found: list[Piece] = []
    for word in words:
        start = min(max(0, word.start, found[-1].start if found else 0), frames - 1)
        found.append(replace(word, start=start, end=min(max(word.end, start + 1), frames)))
    return found


def _draft(group: Sequence[Piece]) -> SubtitleCue:
    return SubtitleCue(group[0].start, group[-1].end, lines(group))


def _shown(texts: Sequence[ScreenText], spec: RenderSpec) -> Iterator[SubtitleCue]:
    """Texts that appear together share their time by length, in reading order, until others appear."""
    together = ceil(MIN_SECONDS * spec.rate.fraction)
    groups: list[list[ScreenText]] = []
    for text in texts:
        if not groups or text.start - groups[-1][0].start >= together:
            groups.append([])
        groups[-1].append(text)
    for number, group in enumerate(groups):
        start = group[0].start
        until = groups[number + 1][0].start if number + 1 < len(groups) else spec.frames
        end = min(until, max(text.end for text in group))
        yield from _shared(_pages(sorted(group, key=lambda text: text.place), spec.rate), start, end)


def _pages(texts: Sequence[ScreenText], rate: FrameRate) -> list[tuple[str, ...]]:
    """Texts on pages of two lines; short ones share a page, each on its own line."""
    pages: list[tuple[str, ...]] = []
    for text in texts:
        # Times only order the words here: even ones leave the choice of breaks to the text.
        step = ceil(rate.fraction / WORDS_PER_SECOND)
        words = pieces([(word, n * step, (n + 1) * step) for n, word in enumerate(text.words)])
        found = [lines(words)]
        if len(found[0]) > MAX_LINES:
            found = [lines(group) for group in split(words, rate, (len(text.words) + 1) * step)]
        for page in found:
            if pages and len(found) == 1 and len(pages[-1]) + len(page) <= MAX_LINES:
                pages[-1] += page
            else:
                pages.append(page)
    return pages


def _shared(pages: Sequence[tuple[str, ...]], start: int, end: int) -> Iterator[SubtitleCue]:
    """Pages one after the other in ``[start, end)``; together where there are fewer frames than pages."""
    if end - start < len(pages):
        pages = [tuple(line for page in pages for line in page)]
    weights = [sum(map(width, page)) for page in pages]
    free, passed, first = end - start - len(pages), 0.0, start
    for number, (page, weight) in enumerate(zip(pages, weights, strict=True), 1):
        passed += weight
        last = start + number + int(free * passed / max(1, sum(weights)))
        yield SubtitleCue(first, last, page)
        first = last


def _timed(drafts: Sequence[SubtitleCue], rate: FrameRate, frames: int, longest: int) -> tuple[SubtitleCue, ...]:
    """Cues that stay long enough to be read where the next one leaves time, up to ``longest`` frames, without short
    gaps.
    """
    shortest = ceil(MIN_SECONDS * rate.fraction)
    found: list[SubtitleCue] = []
    limit = frames
    for draft, before in zip(reversed(drafts), [*reversed([draft.end for draft in drafts[:-1]]), 0], strict=False):
        start = draft.start
        if limit - start < shortest:
            start = min(start, max(before + GAP_FRAMES * bool(before), limit - shortest))
        needed = max(shortest, ceil(sum(map(width, draft.lines)) / READING_SPEED * rate.fraction))
        end = max(start + needed, draft.end + int(CLOSED_SECONDS * rate.fraction))
        end = min(end, limit, start + longest)
        if found:
            end = _with_gap(start, end, limit, shortest, longest, rate)
        found.append(SubtitleCue(start, end, draft.lines))
        limit = start
    return tuple(reversed(found))


def _with_gap(start: int, end: int, limit: int, shortest: int, longest: int, rate: FrameRate) -> int:
    """Where a cue ends before the next one starts at ``limit``: two frames or at least half a second before it, or
    with it where it would otherwise be too short.
    """
    if limit - end < CLOSED_SECONDS * rate.fraction:
        end = limit - GAP_FRAMES if limit - GAP_FRAMES - start >= shortest else limit
    end = min(end, start + longest)
    return limit - GAP_FRAMES if limit - end == 1 and limit - GAP_FRAMES > start else end
