"""Silence and speech by audio level."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.analysis.speech.cuts import without_cuts
from pytoon_pipeline.analysis.speech.word_times import repair_word_times
from pytoon_pipeline.contracts.analysis import SilenceSegments, Transcript, Word
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.preset import SilenceSettings
from pytoon_pipeline.contracts.time import TimeRange, clip, gaps, runs, union

WINDOW_SECONDS = 0.01
# Windows that are measured together, so that memory does not grow with the length: a minute.
BLOCK_WINDOWS = 6000
FLOOR_DB = -120.0
# A range with a word lasts at least this long, although the silence around it is removed: with 24 frames a second, four
# frames. Anything shorter flashes and is left out of a video.
MIN_WORD_RANGE_SECONDS = 0.15
# A recording whose loud parts are below this is inaudible beside a phone's own noise; in dB relative to full scale.
SILENT_DB = -60.0


def levels(samples: NDArray[np.int16], rate: int) -> NDArray[np.float64]:
    """RMS of each 10 ms in dB relative to full scale, shape (windows,). The last, incomplete window counts too."""
    window = round(rate * WINDOW_SECONDS)
    block = BLOCK_WINDOWS * window
    means = [_mean_power(samples[first : first + block], window) for first in range(0, len(samples), block)]
    return np.maximum(10 * np.log10(np.concatenate([np.zeros(0), *means]) + 1e-12), FLOOR_DB)


def _mean_power(samples: NDArray[np.int16], window: int) -> NDArray[np.float64]:
    power = np.square(samples.astype(np.float32) / 32768)
    return np.pad(power, (0, -len(power) % window)).reshape(-1, window).mean(axis=1, dtype=np.float64)


def speech_level(decibels: NDArray[np.float64]) -> float:
    """The level of the loud parts: the 95th percentile of the windows."""
    return float(np.percentile(decibels, 95)) if len(decibels) else FLOOR_DB


def quiet_ranges(decibels: NDArray[np.float64], threshold: float, min_seconds: float) -> tuple[TimeRange, ...]:
    """Ranges of at least ``min_seconds`` in which every window is below ``threshold``."""
    ranges = (
        TimeRange(start=round(a * WINDOW_SECONDS, 3), end=round(b * WINDOW_SECONDS, 3))
        for a, b in runs((decibels < threshold).tolist())
    )
    return tuple(one for one in ranges if one.seconds >= min_seconds - 1e-6)


def find_silence(
    samples: NDArray[np.int16],
    rate: int,
    transcript: Transcript,
    settings: SilenceSettings,
    requested: bool = False,
    cuts: Sequence[TimeRange] = (),
    written: Sequence[TimeRange] = (),
) -> SilenceSegments:
    """Finds silence, and the ranges of the source that stay: without ``cuts``. A source of nothing but silence stays
    whole. In ``written`` a person says that there are words: it is no silence, however quiet it is.

    Raises ``InvalidInput`` for such a source when the removal of silence was explicitly ``requested``.
    """
    decibels = levels(samples, rate)
    level = speech_level(decibels)
    seconds = len(samples) / rate
    all_silent = bool(len(samples)) and level < SILENT_DB
    if all_silent and requested and settings.remove:
        raise InvalidInput(
            "all_silent",
            "The request removes silence, but the whole video is silent.",
            "Check the microphone or the export. To keep the whole video, remove adjust.silence.remove from the "
            "request.",
        )
    threshold = level - settings.threshold_below_speech_db
    if all_silent:
        settings = settings.model_copy(update={"remove": False})
    silences = _around(written, quiet_ranges(decibels, threshold, settings.min_seconds), settings.min_seconds)
    wordless = time_ranges((one.span for one in (*silences, *cuts)), seconds)
    words, changed, dropped = repair_word_times(transcript.words, wordless, seconds)
    speech = without_cuts(speech_ranges(silences, words, seconds, settings), cuts, words)
    speech = long_enough(speech, cuts, words, seconds)
    if cuts and not speech:
        raise InvalidInput(
            "nothing_left",
            "The edits of the transcript cut everything out of the video.",
            "To see them, type: pytoon transcript NAME. Keep at least one sentence.",
        )
    return SilenceSegments(
        silences=silences,
        speech=speech,
        words=words,
        repaired_words=changed,
        dropped_words=dropped,
        level_db=round(level, 2),
        threshold_db=round(threshold, 2),
    )


def _around(written: Sequence[TimeRange], silences: Sequence[TimeRange], min_seconds: float) -> tuple[TimeRange, ...]:
    """What is left of ``silences`` outside ``written`` and lasts for ``min_seconds``."""
    spans = [one.span for one in written]
    parts = (TimeRange(start=a, end=b) for one in silences for a, b in gaps(spans, one.start, one.end))
    return tuple(one for one in parts if one.seconds >= min_seconds - 1e-6)


def kept_ranges(samples: NDArray[np.int16], rate: int, settings: SilenceSettings) -> list[tuple[float, float]]:
    """The ranges of a source, in seconds, that stay whatever its words are."""
    wordless = Transcript(words=(), language="", transcriber=None)
    return [one.span for one in find_silence(samples, rate, wordless, settings).speech]


def speech_ranges(
    silences: tuple[TimeRange, ...],
    words: tuple[Word, ...],
    seconds: float,
    settings: SilenceSettings,
) -> tuple[TimeRange, ...]:
    """The ranges of ``seconds`` that stay: all that is not silent, padded, and every whole word."""
    if not settings.remove:
        return (TimeRange(start=0.0, end=seconds),)
    sounding = gaps((one.span for one in silences), 0.0, seconds)
    padded = [(start - settings.pad_before, end + settings.pad_after) for start, end in sounding]
    return time_ranges([*padded, *((word.start, word.end) for word in words)], seconds)


def long_enough(
    speech: Sequence[TimeRange], cuts: Sequence[TimeRange], words: Sequence[Word], seconds: float
) -> tuple[TimeRange, ...]:
    """``speech`` with short ranges in which a word is spoken longer, as far as neither a cut nor the end is there."""
    if all(one.seconds >= MIN_WORD_RANGE_SECONDS for one in speech):
        return tuple(speech)
    ranges = []
    for start, end in (one.span for one in speech):
        missing = MIN_WORD_RANGE_SECONDS - (end - start)
        if missing > 0 and any(word.start < end and word.end > start for word in words):
            before = min(missing, start - max((cut.end for cut in cuts if cut.end <= start), default=0.0))
            after = min((cut.start for cut in cuts if cut.start >= end), default=seconds) - end
            start, end = start - before, end + min(missing - before, after)
        ranges.append((start, end))
    return time_ranges(ranges, seconds)


def time_ranges(ranges: Iterable[tuple[float, float]], seconds: float) -> tuple[TimeRange, ...]:
    """The union of ``ranges`` within ``[0, seconds]``, in order, rounded to a tenth of a millisecond."""
    return tuple(
        TimeRange(start=round(start, 4), end=round(end, 4)) for start, end in union(clip(ranges, 0.0, seconds))
    )
