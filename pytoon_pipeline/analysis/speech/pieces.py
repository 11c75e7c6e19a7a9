"""How audio is cut for transcription: pieces that hold speech, from pause to pause, and which of them a video can use.

Pieces depend on the audio alone, so that each is transcribed once, whatever part of the source a request shows.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.analysis.speech.silence import WINDOW_SECONDS, levels, quiet_ranges, speech_level, time_ranges
from pytoon_pipeline.contracts.time import TimeRange, clip, gaps, overlap, union

RATE = 16_000
# Pieces end at pauses of this length, this far below the level of speech: fixed, so that a transcript does not depend
# on how much silence a preset wants removed.
PAUSE_SECONDS = 0.5
PAUSE_DROP_DB = 30.0
PAD_SECONDS = 0.2
# Audio within this distance of speech is transcribed, too: at the pauses between sentences nothing is cut, because
# transcribers need context, and the quiet ends of words remain.
SPEECH_PAD_SECONDS = 1.0
MAX_SECONDS = 30.0
BATCH_SECONDS = 600.0
# Longer pieces are cut where this long a part is quietest.
CUT_SECONDS = 0.2

Span = tuple[int, int]


def speech_pieces(samples: NDArray[np.int16], speech: Sequence[TimeRange]) -> list[Span]:
    """Sample ranges to transcribe one by one: near ``speech``, between pauses, and none longer than 30 s."""
    seconds, decibels = len(samples) / RATE, levels(samples, RATE)
    pauses = quiet_ranges(decibels, speech_level(decibels) - PAUSE_DROP_DB, PAUSE_SECONDS)
    sounding = gaps((pause.span for pause in pauses), 0.0, seconds)
    audible = time_ranges([(start - PAD_SECONDS, end + PAD_SECONDS) for start, end in sounding], seconds)
    near = union((one.start - SPEECH_PAD_SECONDS, one.end + SPEECH_PAD_SECONDS) for one in speech)
    parts = (part for one in audible for part in clip(near, one.start, one.end))
    return [piece for start, end in parts for piece in _cut(int(start * RATE), int(end * RATE), decibels)]


def _cut(first: int, last: int, decibels: NDArray[np.float64]) -> Iterator[Span]:
    """A sample range in pieces of at most 30 s, cut in the quietest places."""
    longest, window = int(MAX_SECONDS * RATE), int(WINDOW_SECONDS * RATE)
    count = round(CUT_SECONDS / WINDOW_SECONDS)
    while last - first > longest:
        earliest = (first + longest // 2) // window
        candidates = decibels[earliest : (first + longest) // window]
        smooth = np.convolve(candidates, np.ones(count), "valid")
        middle = (earliest + int(smooth.argmin()) + count // 2) * window
        yield first, middle
        first = middle
    yield first, last


def join_pieces(pieces: Iterable[Span]) -> list[Span]:
    """Neighbouring pieces as one where both fit into 30 s, for a transcriber whose cost is that of 30 s in any case."""
    joined: list[Span] = []
    for first, last in pieces:
        if joined and last - joined[-1][0] <= MAX_SECONDS * RATE:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return joined


def batches(pieces: Iterable[Span]) -> Iterator[list[Span]]:
    """Pieces in order, in batches of at most ``BATCH_SECONDS`` of audio: what is found of a long source is stored as
    soon as a batch is done, and memory does not grow with its length.
    """
    batch: list[Span] = []
    for first, last in pieces:
        if batch and sum(b - a for a, b in batch) + last - first > BATCH_SECONDS * RATE:
            yield batch
            batch = []
        batch.append((first, last))
    if batch:
        yield batch


def opening_samples(samples: NDArray[np.int16], pieces: Sequence[Span]) -> NDArray[np.float32]:
    """The first pieces as −1..1, together at least the 30 s from which Whisper detects the language."""
    ends = itertools.accumulate(last - first for first, last in pieces)
    count = 1 + sum(end < MAX_SECONDS * RATE for end in ends)
    return np.concatenate([samples[first:last].astype(np.float32) / 32768 for first, last in pieces[:count]])


def pieces_in(pieces: Iterable[Span], ranges: Sequence[TimeRange] | None) -> list[Span]:
    """The pieces of which a part lies in ``ranges``; all of them when it is ``None``."""
    if ranges is None:
        return list(pieces)
    return [one for one in pieces if any(overlap(one, (r.start * RATE, r.end * RATE)) > 0 for r in ranges)]


def shown_ranges(
    kept: Iterable[tuple[float, float]], parts: Iterable[tuple[float, float]], seconds: float
) -> tuple[TimeRange, ...]:
    """From the start of each of ``parts`` to where ``seconds`` of the ``kept`` ranges have passed, or to its end."""
    kept = list(kept)
    return tuple(
        TimeRange(start=start, end=end) for start, end in union(_shown(kept, *part, seconds) for part in parts)
    )


def _shown(kept: Sequence[tuple[float, float]], start: float, end: float, seconds: float) -> tuple[float, float]:
    inside = clip(kept, start, end)
    passed = itertools.accumulate((last - first for first, last in inside), initial=0.0)
    for (first, last), before in zip(inside, passed, strict=False):
        if before + last - first >= seconds:
            return start, first + seconds - before
    return start, end
