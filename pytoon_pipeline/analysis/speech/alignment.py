"""Forced alignment: when words are really spoken, by the acoustic model of pocketsphinx, whoever recognised them.

Transcribers know the order of words better than their times: those of Whisper are wrong by 50 to 300 ms, and those of
subtitles are guessed. The acoustic model is English.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.analysis.speech import alignment_process
from pytoon_pipeline.analysis.speech.alignment_process import FRAME, RATE, Chunk
from pytoon_pipeline.analysis.speech.pronunciation import pronunciations
from pytoon_pipeline.analysis.speech.silence import FLOOR_DB, WINDOW_SECONDS, levels, speech_level
from pytoon_pipeline.contracts.analysis import Transcript, Word
from pytoon_pipeline.runtime import processes

LANGUAGES = ("en", "eng")
# Words are aligned together from pause to pause, and at most for so long.
PAUSE_SECONDS, MAX_SECONDS = 0.4, 12.0
# Around them, so much of the audio is searched: words may begin earlier or end later than their transcriber says.
REACH_SECONDS = 0.4
# Words that are found further away from where their transcriber has them were not found. Subtitles may be far off.
MAX_SHIFT_SECONDS, MAX_SUBTITLE_SHIFT_SECONDS = 0.6, 2.0
# The model lets words begin in the pause before them. A pause is so far below the level of speech, or, in a noisy
# recording, hardly above the noise; never so loud as the quiet consonants of speech.
SILENCE_DROP_DB, ABOVE_NOISE_DB, CONSONANT_DROP_DB = 40.0, 6.0, 20.0
# The noise: of all windows with a sound, this percentage is quieter.
NOISE_PERCENTILE = 10
# A word keeps at least so many of its windows of 10 ms.
MIN_WINDOWS = 4
# With fewer words found, the text is not what is said.
MIN_FOUND = 0.5


def align(transcript: Transcript, samples: NDArray[np.int16]) -> Transcript:
    """The transcript of 16 kHz mono ``samples``, shape (n,), with the times at which its words are spoken.

    Only for English; a word that is not found keeps its time. pocketsphinx has found its own words by the same model:
    they only lose the pauses at their ends.
    """
    by = transcript.transcriber
    if by is None or transcript.language not in LANGUAGES or not transcript.words:
        return transcript
    sounding = _sounding(samples)
    if by.engine == "pocketsphinx":
        return transcript.model_copy(update={"words": tuple(_without_pauses(transcript.words, sounding))})
    reach = MAX_SUBTITLE_SHIFT_SECONDS if by.engine == "subtitles" else MAX_SHIFT_SECONDS
    spans = _spans(samples, transcript.words)
    found = [
        _near(word, span and _without_silence(span, sounding), reach)
        for word, span in zip(transcript.words, spans, strict=True)
    ]
    missing = found.count(None)
    if missing > (1 - MIN_FOUND) * len(found):
        return transcript
    words = _in_order([word if one is None else one for word, one in zip(transcript.words, found, strict=True)])
    return transcript.model_copy(
        update={"words": tuple(words), "timing": "forced_alignment", "unaligned_words": missing}
    )


def _sounding(samples: NDArray[np.int16]) -> NDArray[np.bool_]:
    """Which windows of ``samples``, shape (n,), are no pause; shape (windows,).

    Measured in the difference between samples, where hum is quiet and the hiss of consonants is loud. Halves do not
    overflow.
    """
    halves = samples >> 1
    decibels = levels(np.diff(halves, prepend=halves[:1]), RATE)
    level, heard = speech_level(decibels), decibels[decibels > FLOOR_DB]
    noise = float(np.percentile(heard, NOISE_PERCENTILE)) if len(heard) else FLOOR_DB
    pause = max(level - SILENCE_DROP_DB, noise + ABOVE_NOISE_DB)
    return decibels >= min(pause, level - CONSONANT_DROP_DB)


def _without_pauses(words: Sequence[Word], sounding: NDArray[np.bool_]) -> Iterator[Word]:
    for word in words:
        start, end = _without_silence((word.start, word.end), sounding)
        yield word.model_copy(update={"start": start, "end": end})


def _without_silence(span: tuple[float, float], sounding: NDArray[np.bool_]) -> tuple[float, float]:
    """A span from its first to its last window that is no pause."""
    first, last = begin, end = round(span[0] / WINDOW_SECONDS), round(span[1] / WINDOW_SECONDS)
    while last - first > MIN_WINDOWS and not sounding[first : first + 1].any():
        first += 1
    while last - first > MIN_WINDOWS and not sounding[last - 1 : last].any():
        last -= 1
    return (
        span[0] if first == begin else round(first * WINDOW_SECONDS, 3),
        span[1] if last == end else round(last * WINDOW_SECONDS, 3),
    )


def _near(word: Word, span: tuple[float, float] | None, reach: float) -> Word | None:
    if span is None or abs(span[0] - word.start) > reach:
        return None
    return word.model_copy(update={"start": span[0], "end": span[1]})


def _in_order(words: Sequence[Word]) -> Iterator[Word]:
    """Words that do not overlap: one that was not found gives way."""
    end = 0.0
    for word in words:
        start = max(word.start, end)
        yield word.model_copy(update={"start": start, "end": max(word.end, start)})
        end = max(word.end, start)


def _spans(samples: NDArray[np.int16], words: Sequence[Word]) -> list[tuple[float, float] | None]:
    """Start and end of each word in seconds, where it was found."""
    names, dictionary = _dictionary(words)
    chunks, places = [], []
    for first, last in _chunks(words, len(samples) / RATE):
        group = [n for n in range(first, last) if names[n] is not None]
        if not group:
            continue
        before = words[first - 1].end if first else 0.0
        after = words[last].start if last < len(words) else len(samples) / RATE
        start = max(0.0, words[first].start - REACH_SECONDS, min(before, words[first].start))
        end = min(words[last - 1].end + REACH_SECONDS, max(after, words[last - 1].end), len(samples) / RATE)
        expected = [(str(names[n]), int(words[n].start * RATE), int(words[n].end * RATE)) for n in group]
        chunks.append(Chunk(first=int(start * RATE), last=int(end * RATE), words=expected))
        places.append(group)
    found: list[tuple[float, float] | None] = [None] * len(words)
    for group, aligned in zip(places, _run(samples, chunks, dictionary), strict=True):
        for place, frames in zip(group, aligned, strict=True):
            if frames is not None:
                found[place] = (round(frames[0] * FRAME / RATE, 3), round((frames[1] + 1) * FRAME / RATE, 3))
    return found


def _dictionary(words: Sequence[Word]) -> tuple[list[str | None], list[str]]:
    """The name of each word in a pronouncing dictionary, and its lines; words without a sound have no name."""
    names: dict[str, str | None] = {}
    lines = []
    for word in words:
        if word.text in names:
            continue
        sounds = pronunciations(word.text)
        name = f"w{len(names)}"
        names[word.text] = name if sounds else None
        lines += [f"{name}{f'({n})' if n > 1 else ''} {' '.join(sound)}" for n, sound in enumerate(sounds, 1)]
    return [names[word.text] for word in words], lines


def _chunks(words: Sequence[Word], seconds: float) -> Iterator[tuple[int, int]]:
    """Ranges of words that are aligned together; none outside of the audio."""
    count = sum(word.start < seconds for word in words)
    first = 0
    for place, (before, after) in enumerate(pairwise(words[:count]), 1):
        if after.start - before.end >= PAUSE_SECONDS or after.end - words[first].start > MAX_SECONDS:
            yield first, place
            first = place
    if count > first:
        yield first, count


def _run(
    samples: NDArray[np.int16], chunks: Sequence[Chunk], dictionary: Sequence[str]
) -> list[list[tuple[int, int] | None]]:
    order = json.dumps({"chunks": chunks, "dictionary": dictionary}).encode()
    command = [sys.executable, "-m", alignment_process.__name__]
    done = processes.run(command, order + b"\n" + samples.tobytes(), folder=Path(__file__).parents[3])
    if done.code:
        raise RuntimeError(done.errors.decode("utf-8", "replace")[-300:])
    return json.loads(done.output)
